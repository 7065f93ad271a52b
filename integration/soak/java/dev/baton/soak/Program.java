package dev.baton.soak;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** The user's program: answers as it should, or fails in the way that the request's path names. A virtual thread for each connection. */
final class Program implements AutoCloseable {
    static final int PORT = 8080;
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n";

    private final ServerSocket server = new ServerSocket();

    Program(InetAddress address) throws IOException {
        server.bind(new InetSocketAddress(address, PORT), 1024);
        Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket connection = server.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            Octets in = new Octets(connection.getInputStream());
            OutputStream out = new BufferedOutputStream(connection.getOutputStream(), 64 * 1024);
            boolean again = true;
            while (again) {
                Head request = Head.read(in);
                if (request == null) {
                    return;
                }
                if (request.start().startsWith("PRI ")) {
                    new Http2Program(in, out).serve();
                    return;
                }
                again = answer(connection, request, in, out);
                out.flush();
            }
        } catch (IOException gone) {
            // The sidecar let go, as it must when its client has.
        }
    }

    /** Resets the connection when it is closed. */
    private static void reset(Socket connection) throws IOException {
        connection.setSoLinger(true, 0);
    }

    /** False ends the connection. */
    private static boolean answer(Socket connection, Head request, Octets in, OutputStream out) throws IOException {
        String[] path = request.path();
        String verb = path[0];
        int argument = path.length > 1 ? Integer.parseInt(path[1]) : 0;
        switch (verb) {
            case "reset-unread" -> {
                reset(connection);
                return false;
            }
            case "unread" -> {
                pause(300);
                reset(connection);
                return false;
            }
            case "early" -> {
                sized(out, argument);
                out.flush();
            }
            case "early-end" -> {
                sized(out, argument);
                return false;
            }
            default -> {}
        }
        if (request.expects()) {
            text(out, "HTTP/1.1 100 Continue\r\n\r\n");
            out.flush();
        }
        long seen = request.body(in);
        return switch (verb) {
            case "early" -> true;
            case "count" -> {
                String said = Long.toString(seen);
                text(out, OK + "Content-Length: " + said.length() + "\r\n\r\n" + said);
                yield true;
            }
            case "chunks" -> {
                chunks(out, argument, true);
                yield true;
            }
            case "slow" -> {
                text(out, OK + "Content-Length: " + argument + "\r\n\r\n");
                for (int i = 0; i < 4; i++) {
                    out.flush();
                    pause(40);
                    Octets.write(out, i * (argument / 4), argument / 4);
                }
                yield true;
            }
            case "hints" -> {
                text(out, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
                sized(out, argument);
                yield true;
            }
            case "reset" -> {
                reset(connection);
                yield false;
            }
            case "end" -> false;
            case "half" -> fail(connection, out, argument, false);
            case "half-reset" -> fail(connection, out, argument, true);
            case "half-chunk" -> {
                chunks(out, argument, false);
                yield false;
            }
            case "garbage" -> {
                text(out, "this is no HTTP\r\n\r\n");
                yield false;
            }
            case "half-close" -> {
                sized(out, argument);
                out.flush();
                connection.shutdownOutput();
                yield true;
            }
            case "stall" -> {
                in.rest();
                yield false;
            }
            case "stall-half" -> {
                text(out, OK + "Content-Length: " + argument + "\r\n\r\n");
                Octets.write(out, 0, argument / 2);
                out.flush();
                in.rest();
                yield false;
            }
            case "drip" -> {
                text(out, OK + "Content-Length: " + argument + "\r\n\r\n");
                for (int i = 0; i < argument; i++) {
                    Octets.write(out, i, 1);
                    out.flush();
                    pause(500);
                }
                yield true;
            }
            case "upgrade" -> {
                tunnel(connection, request, in, out, argument);
                yield false;
            }
            default -> {
                sized(out, argument);
                yield true;
            }
        };
    }

    private static boolean fail(Socket connection, OutputStream out, int length, boolean reset) throws IOException {
        text(out, OK + "Content-Length: " + length + "\r\n\r\n");
        Octets.write(out, 0, length / 2);
        out.flush();
        if (reset) {
            reset(connection);
        }
        return false;
    }

    private static void sized(OutputStream out, int length) throws IOException {
        text(out, OK + "Content-Length: " + length + "\r\n\r\n");
        Octets.write(out, 0, length);
    }

    private static void chunks(OutputStream out, int length, boolean whole) throws IOException {
        text(out, OK + "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n");
        int half = length / 2;
        text(out, Integer.toHexString(half) + "\r\n");
        Octets.write(out, 0, half);
        text(out, "\r\n" + Integer.toHexString(length - half) + "\r\n");
        if (whole) {
            Octets.write(out, half, length - half);
            text(out, "\r\n0\r\nX-Sum: 1\r\n\r\n");
        }
        out.flush();
    }

    /** Sends back what comes; after {@code limit} octets it resets the connection, if there is a limit. */
    private static void tunnel(Socket connection, Head request, Octets in, OutputStream out, int limit)
            throws IOException {
        text(
                out,
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + request.upgrade()
                        + "\r\n\r\n");
        out.flush();
        int passed = 0;
        for (int c = in.read(); c >= 0; c = in.read()) {
            out.write(c);
            out.flush();
            if (++passed == limit) {
                reset(connection);
                return;
            }
        }
    }

    static void text(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
