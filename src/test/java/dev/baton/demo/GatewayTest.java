package dev.baton.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GatewayTest {
    private static final Duration LIMIT = Duration.ofSeconds(100);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final LinkedBlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private HttpServer pod;
    private Gateway gateway;

    @BeforeEach
    void start() throws IOException {
        pod = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        pod.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        pod.start();
        gateway = new Gateway();
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        pod.stop(0);
        http.close();
    }

    @Test
    void bodiesPassBothWaysAndBothFramings() throws Exception {
        pod.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, exchange.getRequestURI().getPath().equals("/chunked") ? 0 : body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        byte[] body = new byte[3_000_001];
        new Random(1).nextBytes(body);
        InetSocketAddress service = serve(pod.getAddress());
        for (String path : List.of("/chunked", "/fixed")) {
            var sized = send(HttpRequest.newBuilder(url(service, path)).POST(BodyPublishers.ofByteArray(body)));
            assertThat(sized.body()).isEqualTo(body);
            var unsized = send(HttpRequest.newBuilder(url(service, path))
                    .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(body))));
            assertThat(unsized.body()).isEqualTo(body);
        }
        assertThat(gateway.passedBytes()).isGreaterThanOrEqualTo(8L * body.length);
    }

    @Test
    void theFirstBytesPassBeforeTheLastAreThere() throws Exception {
        pod.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            InputStream in = exchange.getRequestBody();
            OutputStream out = exchange.getResponseBody();
            for (int b = in.read(); b >= 0; b = in.read()) {
                out.write(b);
                out.flush();
            }
            exchange.close();
        });
        try (Socket client = connect(serve(pod.getAddress()))) {
            write(client, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na");
            InputStream in = client.getInputStream();
            readUntil(in, "\r\n\r\n1\r\na\r\n");
            write(client, "b");
            readUntil(in, "1\r\nb\r\n0\r\n\r\n");
        }
    }

    @Test
    void podsTakeTurnsAndAreToldWhoAsks() throws Exception {
        HttpServer second = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        second.start();
        try {
            pod.createContext("/", exchange -> note("first", exchange));
            second.createContext("/", exchange -> note("second", exchange));
            InetSocketAddress service = serve(pod.getAddress(), second.getAddress());
            for (int i = 0; i < 4; i++) {
                assertThat(send(HttpRequest.newBuilder(url(service, "/"))).statusCode())
                        .isEqualTo(204);
            }
            assertThat(seen)
                    .containsExactly(
                            "first activator 127.0.0.1",
                            "second activator 127.0.0.1",
                            "first activator 127.0.0.1",
                            "second activator 127.0.0.1");
        } finally {
            second.stop(0);
        }
    }

    @Test
    void oneConnectionServesRequestAfterRequestOfAnyMethod() throws Exception {
        pod.createContext("/", exchange -> {
            seen.add(exchange.getRequestMethod());
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, exchange.getRequestMethod().equals("HEAD") ? -1 : 2);
            exchange.getResponseBody()
                    .write(
                            "ok".getBytes(StandardCharsets.US_ASCII),
                            0,
                            exchange.getRequestMethod().equals("HEAD") ? 0 : 2);
            exchange.close();
        });
        try (Socket client = connect(serve(pod.getAddress()))) {
            for (String method : List.of("OPTIONS", "HEAD", "PUT", "DELETE", "GET")) {
                write(client, method + " / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
                readUntil(client.getInputStream(), method.equals("HEAD") ? "\r\n\r\n" : "\r\n\r\nok");
                assertThat(seen.poll(60, TimeUnit.SECONDS)).isEqualTo(method);
            }
        }
    }

    @Test
    void anInterimAnswerPasses() throws Exception {
        try (ServerSocket raw = listen()) {
            InetSocketAddress service = serve((InetSocketAddress) raw.getLocalSocketAddress());
            Thread.ofVirtual().start(() -> {
                try (Socket peer = raw.accept()) {
                    readUntil(peer.getInputStream(), "\r\n\r\n");
                    write(peer, "HTTP/1.1 100 Continue\r\n\r\n");
                    readUntil(peer.getInputStream(), "body");
                    write(peer, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                } catch (IOException e) {
                    seen.add(e.toString());
                }
            });
            try (Socket client = connect(service)) {
                write(client, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
                readUntil(client.getInputStream(), "HTTP/1.1 100 Continue\r\n\r\n");
                write(client, "body");
                readUntil(client.getInputStream(), "\r\n\r\nok");
            }
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void anAnswerThatBreaksOffIsNotCompletedForTheClient() throws Exception {
        try (ServerSocket raw = listen()) {
            InetSocketAddress service = serve((InetSocketAddress) raw.getLocalSocketAddress());
            Thread.ofVirtual().start(() -> {
                try (Socket peer = raw.accept()) {
                    readUntil(peer.getInputStream(), "\r\n\r\n");
                    write(peer, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
                } catch (IOException e) {
                    seen.add(e.toString());
                }
            });
            try (Socket client = connect(service)) {
                write(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                byte[] all = client.getInputStream().readAllBytes();
                assertThat(new String(all, StandardCharsets.US_ASCII)).endsWith("\r\n\r\n5\r\nhel");
            }
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void aRequestThatBreaksOffIsNotCompletedForThePod() throws Exception {
        try (ServerSocket raw = listen()) {
            InetSocketAddress service = serve((InetSocketAddress) raw.getLocalSocketAddress());
            try (Socket client = connect(service)) {
                write(client, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
            }
            try (Socket peer = raw.accept()) {
                peer.setSoTimeout((int) LIMIT.toMillis());
                String all = new String(peer.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                assertThat(all).doesNotContain("0\r\n\r\n");
            }
        }
    }

    @Test
    void aPodThatIsNotThereIsABadGateway() throws Exception {
        InetSocketAddress nobody;
        try (ServerSocket closed = listen()) {
            nobody = (InetSocketAddress) closed.getLocalSocketAddress();
        }
        assertThat(send(HttpRequest.newBuilder(url(serve(nobody), "/"))).statusCode())
                .isEqualTo(502);
    }

    private void note(String pod, HttpExchange exchange) throws IOException {
        seen.add(pod + " " + exchange.getRequestHeaders().getFirst("K-Proxy-Request") + " "
                + exchange.getRequestHeaders().getFirst("X-Forwarded-For"));
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
    }

    private InetSocketAddress serve(InetSocketAddress... pods) throws IOException {
        try (ServerSocket free = listen()) {
            InetSocketAddress service = (InetSocketAddress) free.getLocalSocketAddress();
            free.close();
            gateway.serve(service, List.of(pods));
            return service;
        }
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.timeout(LIMIT).build(), BodyHandlers.ofByteArray());
    }

    private static URI url(InetSocketAddress service, String path) {
        return Functions.url(service, path);
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    private static Socket connect(InetSocketAddress service) throws IOException {
        Socket socket = new Socket(service.getAddress(), service.getPort());
        socket.setSoTimeout((int) LIMIT.toMillis());
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void readUntil(InputStream in, String end) throws IOException {
        StringBuilder all = new StringBuilder();
        while (!all.toString().endsWith(end)) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("the stream ended after: " + all);
            }
            all.append((char) b);
        }
    }
}
