package dev.baton.tck;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The user's program: its behaviour is told by the request's path, what it saw is told by its answer. It writes raw
 * octets, so that it can also break the rules that a library would keep.
 */
final class App implements AutoCloseable {
    private static final String HEADERS =
            """
            HTTP/1.1 200 OK
            Content-Type: text/plain
            Content-Length: 2
            Keep-Alive: timeout=5
            Connection: x-hop
            X-Hop: 1
            Set-Cookie: a=1
            Set-Cookie: b=2
            X-Two: 1
            X-Two: 2
            Server: app

            ok""";

    private final ServerSocket server;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicBoolean ready = new AtomicBoolean(true);

    App(int port) throws IOException {
        server = new ServerSocket(port, 1024, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Requests that reached the program since the last call. */
    int takeRequests() {
        return requests.getAndSet(0);
    }

    void ready(boolean value) {
        ready.set(value);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket connection = server.accept();
                connections.add(connection);
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(connection.getInputStream());
            OutputStream out = connection.getOutputStream();
            boolean again = true;
            while (again) {
                in.mark(1);
                if (in.read() < 0) {
                    return;
                }
                in.reset();
                again = answer(in, out);
            }
        } catch (IOException gone) {
            // The sidecar let go: nothing is owed to it.
        } finally {
            connections.remove(connection);
        }
    }

    /** Answers one request; false if the connection is to end. */
    private boolean answer(InputStream in, OutputStream out) throws IOException {
        Message request = Message.read(in, false);
        if (request == null) {
            return false;
        }
        String path = request.start().split(" ", 3)[1];
        if (request.whole() && !path.startsWith("/ready")) {
            requests.incrementAndGet();
        }
        String verb = path.split("[/?]", 3)[1];
        String argument = path.length() > verb.length() + 2 ? path.substring(verb.length() + 2) : "";
        switch (verb) {
            case "ready" -> fixed(out, ready.get() ? "200 OK" : "503 Service Unavailable", "");
            case "moved" -> write(out, "HTTP/1.1 302 Found\r\nLocation: /ready\r\nContent-Length: 0\r\n\r\n");
            case "status" -> fixed(out, argument + " Some", "status " + argument);
            case "bare" -> write(out, "HTTP/1.1 " + argument + " None\r\nX-Bare: yes\r\n\r\n");
            case "sleep" -> {
                pause(Integer.parseInt(argument));
                fixed(out, "200 OK", "slept");
            }
            case "chunked" -> chunked(out, argument, "");
            case "trailers" -> chunked(out, "3", "X-Sum: 42\r\nX-Other: a b\r\n");
            case "close" -> {
                write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nuntil close");
                return false;
            }
            case "die" -> {
                return false;
            }
            case "half" -> {
                write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 10000\r\n\r\n");
                write(out, "x".repeat(5000));
                return false;
            }
            case "halfchunk" -> {
                write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n");
                write(out, "5\r\nhello\r\n");
                return false;
            }
            case "interim" -> {
                write(out, "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
                fixed(out, argument + " Final", "after hints");
            }
            case "headers" -> write(out, HEADERS.replace("\n", "\r\n"));
            case "big" -> fixed(out, "200 OK", "b".repeat(Integer.parseInt(argument)));
            case "ticks" -> ticks(out, Integer.parseInt(argument));
            case "garbage" -> {
                write(out, "this is no HTTP\r\n\r\n");
                return false;
            }
            case "upgrade" -> {
                tunnel(in, out, request);
                return false;
            }
            default -> fixed(out, "200 OK", echo(request));
        }
        return true;
    }

    private static String echo(Message request) {
        StringBuilder seen = new StringBuilder(request.start()).append('\n');
        request.fields()
                .forEach((name, values) -> values.forEach(
                        value -> seen.append(name).append(": ").append(value).append('\n')));
        seen.append("body ").append(request.framing()).append(request.whole() ? " whole " : " cut off ");
        seen.append(request.body().length() > 4096 ? request.body().length() + " octets" : request.body());
        request.trailers().forEach(trailer -> seen.append("\ntrailer ").append(trailer));
        return seen.append('\n').toString();
    }

    private static void fixed(OutputStream out, String status, String body) throws IOException {
        write(
                out,
                "HTTP/1.1 " + status + "\r\nContent-Type: text/plain\r\nContent-Length: " + body.length() + "\r\n\r\n"
                        + body);
    }

    private static void chunked(OutputStream out, String count, String trailers) throws IOException {
        String announced = trailers.isEmpty() ? "" : "Trailer: X-Sum, X-Other\r\n";
        write(
                out,
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + announced + "Transfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < Integer.parseInt(count); i++) {
            write(out, "6\r\nchunk" + i % 10 + "\r\n");
        }
        write(out, "0\r\n" + trailers + "\r\n");
    }

    private static void ticks(OutputStream out, int count) throws IOException {
        write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < count; i++) {
            write(out, "6\r\ntick" + i % 10 + "\n\r\n");
            pause(1000);
        }
        write(out, "0\r\n\r\n");
    }

    private static void tunnel(InputStream in, OutputStream out, Message request) throws IOException {
        write(
                out,
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + request.first("upgrade")
                        + "\r\n\r\n");
        byte[] block = new byte[1024];
        for (int n = in.read(block); n > 0; n = in.read(block)) {
            out.write(block, 0, n);
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(Duration.ofMillis(millis));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }
}
