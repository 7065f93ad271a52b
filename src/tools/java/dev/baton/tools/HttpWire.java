package dev.baton.tools;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A keep-alive HTTP/1.1 connection that does as little as it can, so that a benchmark measures the server. One thread;
 * every call blocks.
 */
final class HttpWire implements AutoCloseable {
    private static final int BUFFER = 256 * 1024;
    private static final int TIMEOUT_MILLIS = 30_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] sink = new byte[BUFFER];

    private HttpWire(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
        this.out = socket.getOutputStream();
    }

    /** @param headers by lower-case name */
    record Head(int status, Map<String, String> headers) {
        long length() {
            return Long.parseLong(headers.getOrDefault("content-length", "-1"));
        }

        boolean chunked() {
            return "chunked".equalsIgnoreCase(headers.get("transfer-encoding"));
        }
    }

    static HttpWire connect(InetSocketAddress address) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(address, TIMEOUT_MILLIS);
            return new HttpWire(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Sends a request without a body and reads the head of its answer. Headers are written {@code "Name: value"}. */
    Head exchange(String method, String target, String... headers) throws IOException {
        out.write(head(method, target, headers, ""));
        return readHead();
    }

    /** Sends a request with a body and reads the head of its answer. */
    Head exchange(String method, String target, byte[] body, String... headers) throws IOException {
        out.write(head(method, target, headers, "Content-Length: " + body.length + "\r\n"));
        out.write(body);
        return readHead();
    }

    /** Reads the body of an answer and throws it away. Returns its length. */
    long skipBody(Head head) throws IOException {
        return transfer(head, OutputStream.nullOutputStream());
    }

    String readText(Head head) throws IOException {
        var text = new java.io.ByteArrayOutputStream();
        transfer(head, text);
        return text.toString(StandardCharsets.UTF_8);
    }

    private byte[] head(String method, String target, String[] headers, String more) {
        StringBuilder text = new StringBuilder(method)
                .append(' ')
                .append(target)
                .append(" HTTP/1.1\r\nHost: ")
                .append(socket.getInetAddress().getHostAddress())
                .append("\r\n");
        for (String header : headers) {
            text.append(header).append("\r\n");
        }
        return text.append(more).append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private Head readHead() throws IOException {
        while (true) {
            String[] status = readLine().split(" ", 3);
            Map<String, String> headers = new TreeMap<>();
            for (String line = readLine(); !line.isEmpty(); line = readLine()) {
                int colon = line.indexOf(':');
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
            int code = Integer.parseInt(status[1]);
            if (code >= 200) {
                return new Head(code, headers);
            }
        }
    }

    private long transfer(Head head, OutputStream to) throws IOException {
        if (!head.chunked()) {
            long length = Math.max(0, head.length());
            copy(length, to);
            return length;
        }
        long total = 0;
        while (true) {
            long size = Long.parseLong(readLine().strip(), 16);
            copy(size, to);
            total += size;
            if (size == 0) {
                while (!readLine().isEmpty()) {
                    // A trailer.
                }
                return total;
            }
            readLine();
        }
    }

    private void copy(long length, OutputStream to) throws IOException {
        for (long left = length; left > 0; ) {
            int n = in.read(sink, 0, (int) Math.min(left, sink.length));
            if (n < 0) {
                throw new EOFException("the connection ended " + left + " bytes before the end of a body");
            }
            to.write(sink, 0, n);
            left -= n;
        }
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("the connection ended inside a head");
            }
            if (c == '\n') {
                return line.toString();
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
