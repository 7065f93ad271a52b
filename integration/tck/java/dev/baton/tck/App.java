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
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
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
    private final AtomicBoolean http2 = new AtomicBoolean();
    private final Semaphore gate = new Semaphore(0);
    private final Queue<String> turns = new ConcurrentLinkedQueue<>();
    private final Queue<String> readinessRequests = new ConcurrentLinkedQueue<>();

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

    /** Lets one request to {@code /gate} have its answer. */
    void openGate() {
        gate.release();
    }

    /** Ends the connection of a request to {@code /parting}, and waits for some seconds until it is closed. */
    void part() {
        int before = connections.size();
        gate.release();
        for (int i = 0; i < 700 && connections.size() >= before; i++) {
            Sidecar.pause();
        }
    }

    /** Waits for some seconds until so many requests stand at the gate; how many do. */
    int awaitAtGate(int count) {
        for (int i = 0; i < 700 && gate.getQueueLength() < count; i++) {
            Sidecar.pause();
        }
        return gate.getQueueLength();
    }

    /** The arguments of the requests to {@code /turn} since the last call, in the order in which they came. */
    List<String> takeTurns() {
        List<String> taken = new ArrayList<>();
        for (String turn = turns.poll(); turn != null; turn = turns.poll()) {
            taken.add(turn);
        }
        return taken;
    }

    /** The requests to {@code /ready} and what begins so, since the last call: a line each for the request line and the fields. */
    List<String> takeReadinessRequests() {
        List<String> taken = new ArrayList<>();
        for (String line = readinessRequests.poll(); line != null; line = readinessRequests.poll()) {
            taken.add(line);
        }
        return taken;
    }

    /** Whether connections may begin with HTTP/2's preface; it is an HTTP/1 program otherwise. */
    void http2(boolean value) {
        http2.set(value);
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
            for (int served = 0; again; served++) {
                in.mark(4);
                int first = in.read();
                if (first < 0) {
                    return;
                }
                boolean preface = first == 'P' && in.read() == 'R' && in.read() == 'I';
                in.reset();
                if (preface && http2.get()) {
                    in.skipNBytes(Frames.PREFACE.length());
                    new Http2App(new Frames(in, out), ready, requests).serve();
                    return;
                }
                again = answer(in, out, served);
            }
        } catch (IOException gone) {
            // The sidecar let go: nothing is owed to it.
        } finally {
            connections.remove(connection);
        }
    }

    /**
     * Answers one request; false if the connection is to end.
     *
     * @param served requests before it on the same connection
     */
    private boolean answer(InputStream in, OutputStream out, int served) throws IOException {
        Message head = Message.head(in);
        if (head == null) {
            return false;
        }
        String path = head.start().split(" ", 3)[1];
        if (path.equals("*")) {
            write(out, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return false;
        }
        if (path.startsWith("/continue")) {
            write(out, "HTTP/1.1 100 Continue\r\n\r\n");
        } else if (path.startsWith("/early")) {
            fixed(out, "200 OK", "early");
            pause(300);
        }
        Message request = head.body(in);
        if (path.startsWith("/ready")) {
            readinessRequests.add(request.start());
            request.fields().forEach((name, values) -> readinessRequests.add(name + ": " + String.join(", ", values)));
        } else if (request.whole()) {
            requests.incrementAndGet();
        }
        if (!path.startsWith("/")) {
            fixed(out, "200 OK", echo(request));
            return true;
        }
        String verb = path.split("[/?]", 3)[1];
        String argument = path.length() > verb.length() + 2 ? path.substring(verb.length() + 2) : "";
        switch (verb) {
            case "ready" -> fixed(out, ready.get() ? "200 OK" : "503 Service Unavailable", "");
            case "ready-fields" ->
                fixed(
                        out,
                        "kube-probe//".equals(request.first("user-agent")) && "yes".equals(request.first("x-probe"))
                                ? "200 OK"
                                : "500 No",
                        "");
            case "gate" -> {
                gate.acquireUninterruptibly();
                fixed(out, "200 OK", "");
            }
            case "parting" -> {
                fixed(out, "200 OK", "");
                gate.acquireUninterruptibly();
                return false;
            }
            case "turn" -> {
                turns.add(argument);
                fixed(out, "200 OK", "");
            }
            case "continue" -> fixed(out, argument + " Final", echo(request));
            case "early" -> {}
            case "second" -> {
                if (served > 0) {
                    return false;
                }
                fixed(out, "200 OK", "first on its connection");
            }
            case "untyped" ->
                write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + argument.length() + "\r\n\r\n" + argument);
            case "encoded" -> write(out, "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}");
            case "paused" -> {
                write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nabc");
                pause(Integer.parseInt(argument));
                write(out, "def");
            }
            case "sized-ticks" -> {
                write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 60000\r\n\r\n");
                for (int i = 0; i < 5; i++) {
                    write(out, "t".repeat(5000));
                    pause(500);
                }
                return false;
            }
            case "raw" -> {
                write(out, java.net.URLDecoder.decode(argument, StandardCharsets.ISO_8859_1));
                return false;
            }
            case "no-upgrade" -> fixed(out, "200 OK", echo(request));
            case "other-upgrade" -> {
                write(out, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n");
                return false;
            }
            case "moved" -> write(out, "HTTP/1.1 302 Found\r\nLocation: /ready\r\nContent-Length: 0\r\n\r\n");
            case "to" -> write(out, "HTTP/1.1 " + argument + " Go\r\nLocation: /ready\r\nContent-Length: 0\r\n\r\n");
            case "around" -> write(out, "HTTP/1.1 302 Found\r\nLocation: /around\r\nContent-Length: 0\r\n\r\n");
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
