package dev.baton.admin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.http.EventLoops;
import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** The real port 8022 with stand-ins behind it, called from inside the pod and from outside. */
class AdminServerTest {
    private static final String NOT_FOUND = "404 page not found\n";

    private final BlockingQueue<Runnable> hooks = new LinkedBlockingQueue<>();
    private final AdminRoutes routes = new AdminRoutes(Inside.of(null), hooks::add, says("object API"));
    private EventLoops loops;
    private AdminServer server;

    @BeforeEach
    void open() throws IOException {
        loops = new EventLoops(2, "admin-test");
        server = AdminServer.open(loops, new InetSocketAddress(0), routes, false);
    }

    @AfterEach
    void close() {
        server.close();
        loops.close();
    }

    private static BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> says(String text) {
        return (request, response) -> response.header("Content-Length", Integer.toString(text.length()))
                .sendObject(Unpooled.wrappedBuffer(text.getBytes(ISO_8859_1)));
    }

    private InetAddress loopback() {
        return InetAddress.ofLiteral("127.0.0.1");
    }

    /** An address of this machine that is not loopback: a connection to it comes from it, as from elsewhere in the cluster. */
    private static InetAddress podAddress() throws SocketException {
        var found = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .findFirst();
        Assumptions.assumeTrue(found.isPresent(), "this machine has loopback addresses only");
        return found.get();
    }

    private Answer ask(InetAddress address, String method, String target, String... headers) throws IOException {
        try (var socket = new Socket(address, server.port())) {
            socket.setSoTimeout(100_000);
            var request = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
            for (String header : headers) {
                request.append(header).append("\r\n");
            }
            socket.getOutputStream().write(request.append("\r\n").toString().getBytes(ISO_8859_1));
            String text = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            return new Answer(
                    Integer.parseInt(text.substring(9, 12)), text.substring(0, end + 2), text.substring(end + 4));
        }
    }

    private record Answer(int status, String head, String body) {}

    @ParameterizedTest
    @ValueSource(strings = {"/v1/objects", "/v1/objects/xdt1.a.b", "/v1/invoke", "http://fn.ns.svc.cluster.local/x"})
    @DisplayName("the object API and the forward proxy exist for callers inside the pod")
    void objectsInside(String target) throws IOException {
        assertThat(ask(loopback(), "POST", target).body()).isEqualTo("object API");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/objects",
                "/v1/objects/xdt1.a.b",
                "/v1/invoke",
                "http://fn.ns.svc.cluster.local/x",
                "http://127.0.0.1:8022/v1/objects",
                "http://localhost/v1/invoke",
            })
    @DisplayName("from the pod's address they do not, whatever headers say about where the caller is")
    void objectsOutside(String target) throws IOException {
        var pod = podAddress();
        for (String[] spoof : new String[][] {
            {},
            {"X-Forwarded-For: 127.0.0.1"},
            {"Forwarded: for=127.0.0.1;host=localhost;proto=http;by=127.0.0.1"},
            {"X-Forwarded-For: 127.0.0.1", "X-Forwarded-Host: localhost", "X-Real-IP: 127.0.0.1", "Via: 1.1 localhost"},
        }) {
            var answer = ask(pod, "POST", target, spoof);
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.body()).isEqualTo(NOT_FOUND);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/actuator/health",
                "/actuator/health/liveness",
                "/actuator/health/readiness?x=y",
                "/actuator/info",
                "/actuator/prometheus",
            })
    @DisplayName(
            "health, info and Prometheus are for everybody; before the control plane is up with 503 and Retry-After")
    void publicEndpoints(String target) throws IOException {
        for (var address : new InetAddress[] {loopback(), podAddress()}) {
            var early = ask(address, "GET", target);
            assertThat(early.status()).isEqualTo(503);
            assertThat(early.head()).containsIgnoringCase("\r\nretry-after: 1\r\n");
            routes.controlPlane(says("control plane"));
            assertThat(ask(address, "GET", target).body()).isEqualTo("control plane");
            routes.controlPlane(null);
            assertThat(ask(address, "GET", target).status()).isEqualTo(503);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/actuator",
                "/actuator/",
                "/actuator/baton",
                "/actuator/loggers/ROOT",
                "/actuator/threaddump",
                "/actuator/metrics",
                "/actuator/health/../baton",
                "/actuator/health/%2e%2e/baton",
                "/actuator/health/..;/baton",
                "/actuator/info/",
                "/actuator/info;x",
                "/actuator/infos",
                "//actuator/info",
                "/actuator//info",
            })
    @DisplayName("everything else of the control plane is for callers inside the pod")
    void insideEndpoints(String target) throws IOException {
        routes.controlPlane(says("control plane"));
        if (!target.startsWith("//")) {
            assertThat(ask(loopback(), "GET", target).body()).isEqualTo("control plane");
        }
        var outside = ask(podAddress(), "GET", target, "X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1");
        if (target.contains("//") || target.contains("/../")) {
            assertThat(outside.status()).isEqualTo(307);
            assertThat(outside.body()).startsWith("<a href=\"/actuator/").doesNotContain("control plane");
        } else {
            assertThat(outside.status()).isEqualTo(404);
            assertThat(outside.body()).isEqualTo(NOT_FOUND);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "fn.ns:80", "nothing"})
    @DisplayName("a target that is neither a path nor a URL is refused, wherever it comes from")
    void noTarget(String target) throws IOException {
        for (var address : new InetAddress[] {loopback(), podAddress()}) {
            assertThat(ask(address, "POST", target).status()).isEqualTo(400);
        }
    }

    @Test
    @DisplayName("requests for the queue-proxy's path and for the object API follow each other on one connection")
    void bothOnOneConnection() throws Exception {
        String hook = "GET /wait-for-drain HTTP/1.1\r\nHost: x\r\n\r\n";
        String put = "POST /v1/objects HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
        String last = "GET /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        try (var socket = new Socket(loopback(), server.port())) {
            socket.setSoTimeout(100_000);
            socket.getOutputStream().write((put + hook + put + put + last).getBytes(ISO_8859_1));
            Runnable answer = hooks.poll(100, TimeUnit.SECONDS);
            assertThat(answer).isNotNull();
            answer.run();
            String text = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            assertThat(text.split("HTTP/1.1 ", -1)).hasSize(6);
            assertThat(text.split("object API", -1)).hasSize(4);
            assertThat(text).endsWith(NOT_FOUND);
        }
    }

    @Test
    @DisplayName("a body that breaks off ends the connection of an API request, and what the API had begun")
    void brokenBody() throws Exception {
        var broken = new CompletableFuture<Throwable>();
        String chunks = String.join("\r\n", "5", "hello", "nonsense", "");
        routes.controlPlane((request, response) ->
                request.receive().then().doOnError(broken::complete).onErrorResume(gone -> Mono.empty()));
        try (var socket = new Socket(loopback(), server.port())) {
            socket.setSoTimeout(100_000);
            socket.getOutputStream()
                    .write(("POST /actuator/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
                            .getBytes(ISO_8859_1));
            assertThat(broken.get(100, TimeUnit.SECONDS)).isInstanceOf(AbortedException.class);
            assertThat(readToEnd(socket)).doesNotStartWith("HTTP/1.1 2");
        }
    }

    /** A reset counts as an end. */
    private static String readToEnd(Socket socket) throws IOException {
        var text = new StringBuilder();
        try {
            for (int c = socket.getInputStream().read();
                    c >= 0;
                    c = socket.getInputStream().read()) {
                text.append((char) c);
            }
        } catch (SocketException reset) {
            return text.toString();
        }
        return text.toString();
    }

    @Test
    @DisplayName("an answer that comes ahead of the request's end reaches a client that goes on sending")
    void earlyAnswer() throws Exception {
        byte[] sent = new byte[1 << 20];
        for (int i = 0; i < 3; i++) {
            try (var socket = new Socket(loopback(), server.port())) {
                socket.setSoTimeout(100_000);
                socket.getOutputStream()
                        .write("POST /v1/objects HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n"
                                .getBytes(ISO_8859_1));
                var sender = CompletableFuture.runAsync(() -> {
                    try {
                        for (int k = 0; k < 95; k++) {
                            socket.getOutputStream().write(sent);
                        }
                    } catch (IOException ended) {
                        // It has the answer by now, or will not get it: that is what is asserted.
                    }
                });
                var head = new byte[15];
                assertThat(socket.getInputStream().readNBytes(head, 0, 15)).isEqualTo(15);
                assertThat(new String(head, ISO_8859_1)).isEqualTo("HTTP/1.1 200 OK");
                socket.close();
                sender.get(100, TimeUnit.SECONDS);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/metrics", "/wait-for-drain/", "/v1", "/v2/objects", "/actuatorx", "/debug/pprof/"})
    @DisplayName("what nobody serves is answered as the queue-proxy answers it, at once and to everybody")
    void nobodys(String target) throws IOException {
        for (var address : new InetAddress[] {loopback(), podAddress()}) {
            var answer = ask(address, "GET", target);
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.body()).isEqualTo(NOT_FOUND);
            assertThat(answer.head())
                    .containsIgnoringCase("\r\ncontent-type: text/plain; charset=utf-8\r\n")
                    .containsIgnoringCase("\r\nx-content-type-options: nosniff\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "DELETE"})
    @DisplayName("a preStop hook from anywhere is held until the drain lets it go, then answered 200 and nothing")
    void waitForDrain(String method) throws Exception {
        try (var socket = new Socket(podAddress(), server.port())) {
            socket.getOutputStream()
                    .write((method + " /wait-for-drain HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            .getBytes(ISO_8859_1));
            Runnable answer = hooks.poll(100, TimeUnit.SECONDS);
            assertThat(answer).isNotNull();
            socket.setSoTimeout(100);
            org.assertj.core.api.Assertions.assertThatThrownBy(
                            () -> socket.getInputStream().read())
                    .isInstanceOf(java.net.SocketTimeoutException.class);
            socket.setSoTimeout(100_000);
            answer.run();
            String text = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            assertThat(text).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\n");
        }
    }

    @Test
    @DisplayName("a preStop hook that has sent its end gets its answer; an API request that has is given up")
    void ended() throws Exception {
        try (var socket = new Socket(podAddress(), server.port())) {
            socket.setSoTimeout(100_000);
            socket.getOutputStream().write("GET /wait-for-drain HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(ISO_8859_1));
            socket.shutdownOutput();
            Runnable answer = hooks.poll(100, TimeUnit.SECONDS);
            assertThat(answer).isNotNull();
            answer.run();
            assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
                    .startsWith("HTTP/1.1 200 OK\r\n");
        }
        var given = new CompletableFuture<Void>();
        routes.controlPlane((request, response) -> Mono.<Void>never().doOnCancel(() -> given.complete(null)));
        try (var socket = new Socket(loopback(), server.port())) {
            socket.setSoTimeout(100_000);
            socket.getOutputStream().write("GET /actuator/info HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(ISO_8859_1));
            socket.shutdownOutput();
            given.get(100, TimeUnit.SECONDS);
            assertThat(readToEnd(socket)).isEmpty();
        }
    }

    @Test
    @DisplayName("a hook whose caller has gone leaves nothing behind when it is let go")
    void hookGone() throws Exception {
        new Socket(loopback(), server.port()) {
            {
                getOutputStream().write("GET /wait-for-drain HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(ISO_8859_1));
            }
        }.close();
        Runnable answer = hooks.poll(100, TimeUnit.SECONDS);
        assertThat(answer).isNotNull();
        answer.run();
        assertThat(ask(loopback(), "GET", "/").status()).isEqualTo(404);
    }

    @Test
    @DisplayName(
            "a connection that is kept alive goes on, whichever thread answers, however soon the next request comes")
    void keptAlive() throws Exception {
        var elsewhere = says("control plane");
        routes.controlPlane((request, response) -> Mono.defer(() -> Mono.from(elsewhere.apply(request, response)))
                .subscribeOn(Schedulers.boundedElastic()));
        var clients = new ArrayList<CompletableFuture<Void>>();
        for (int client = 0; client < 4; client++) {
            clients.add(CompletableFuture.runAsync(this::manyRequests));
        }
        for (var client : clients) {
            client.get(250, TimeUnit.SECONDS);
        }
    }

    private void manyRequests() {
        byte[] slow = "GET /actuator/info HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(ISO_8859_1);
        byte[] quick = "GET /nobodys HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(ISO_8859_1);
        try (var socket = new Socket(loopback(), server.port())) {
            socket.setSoTimeout(100_000);
            socket.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream());
            for (int i = 0; i < 1000; i++) {
                socket.getOutputStream().write(slow);
                skip(in, "control plane");
                socket.getOutputStream().write(quick);
                skip(in, NOT_FOUND);
                if (i % 10 == 0) {
                    socket.getOutputStream()
                            .write(new String(quick, ISO_8859_1).repeat(5).getBytes(ISO_8859_1));
                    for (int k = 0; k < 5; k++) {
                        skip(in, NOT_FOUND);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void skip(InputStream in, String body) throws IOException {
        var text = new StringBuilder();
        while (text.indexOf("\r\n\r\n") < 0 || !text.toString().endsWith(body)) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException(text.toString());
            }
            text.append((char) c);
        }
    }

    @Test
    @DisplayName("a taken port is told by its exception")
    void taken() {
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> AdminServer.open(loops, new InetSocketAddress(server.port()), routes, false))
                .isInstanceOf(java.net.BindException.class)
                .hasMessageContaining(Integer.toString(server.port()));
    }
}
