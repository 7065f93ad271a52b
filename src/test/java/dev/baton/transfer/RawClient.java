package dev.baton.transfer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A socket that sends what it is told, byte by byte if need be, and reads HTTP messages one after the other. */
final class RawClient implements AutoCloseable {
    /** One message; the body is as far as it came. */
    static final class Message {
        private final String start;
        private final Map<String, String> fields;
        private final byte[] body;
        private final boolean whole;
        private final Map<String, String> trailers;

        Message(String start, Map<String, String> fields, byte[] body, boolean whole, Map<String, String> trailers) {
            this.start = start;
            this.fields = fields;
            this.body = body;
            this.whole = whole;
            this.trailers = trailers;
        }

        String start() {
            return start;
        }

        Map<String, String> fields() {
            return fields;
        }

        byte[] body() {
            return body;
        }

        boolean whole() {
            return whole;
        }

        Map<String, String> trailers() {
            return trailers;
        }

        int status() {
            int from = start.indexOf(' ') + 1;
            return Integer.parseInt(start.substring(from, from + 3));
        }

        String method() {
            return start.substring(0, start.indexOf(' '));
        }

        String text() {
            return new String(body, ISO_8859_1);
        }
    }

    final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    RawClient(InetSocketAddress to) throws IOException {
        this(new Socket(), to);
    }

    private RawClient(Socket socket, InetSocketAddress to) throws IOException {
        this.socket = socket;
        socket.connect(to, 30_000);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(100_000);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    /** From the server's side. */
    RawClient(Socket accepted) throws IOException {
        socket = accepted;
        socket.setSoTimeout(100_000);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    static RawClient api(TestPod pod) throws IOException {
        return new RawClient(new InetSocketAddress(pod.address, 8022));
    }

    static RawClient main(TestPod pod) throws IOException {
        return new RawClient(new InetSocketAddress(pod.address, 8012));
    }

    static RawClient pull(TestPod pod) throws IOException {
        return new RawClient(new InetSocketAddress(pod.address, 8013));
    }

    RawClient send(String text) throws IOException {
        return send(text.getBytes(ISO_8859_1));
    }

    RawClient send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    RawClient send(byte[] bytes, int from, int to) throws IOException {
        out.write(bytes, from, to - from);
        out.flush();
        return this;
    }

    /** The start line and the fields of the next message, without its body. */
    Message head() throws IOException {
        String start = line();
        return new Message(start, fields(), new byte[0], false, Map.of());
    }

    /** The next message; interim responses count as messages. */
    Message message() throws IOException {
        Message head = head();
        boolean request = !head.start().startsWith("HTTP/");
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        Map<String, String> trailers = Map.of();
        try {
            String length = head.fields().get("content-length");
            if ("chunked".equals(head.fields().get("transfer-encoding"))) {
                trailers = chunks(body);
            } else if (length != null) {
                read(Long.parseLong(length), body);
            } else if (!request && head.status() >= 200 && head.status() != 204 && head.status() != 304) {
                in.transferTo(body);
            }
        } catch (IOException broken) {
            return new Message(head.start(), head.fields(), body.toByteArray(), false, Map.of());
        }
        return new Message(head.start(), head.fields(), body.toByteArray(), true, trailers);
    }

    /** Exactly so many bytes. */
    byte[] read(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException();
        }
        return bytes;
    }

    /** Reads a chunked body to its end and gives its length. */
    long chunks() throws IOException {
        long length = 0;
        for (int size = chunk(); size > 0; size = chunk()) {
            read(size);
            line();
            length += size;
        }
        fields();
        return length;
    }

    private int chunk() throws IOException {
        return Integer.parseInt(chunkSize(line()), 16);
    }

    /** Reads whatever comes until the other side ends the connection. */
    void drain() {
        try {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException ended) {
            // As good as an orderly end.
            return;
        }
    }

    /** Whether the other side has ended the connection, by whatever means; waits for it. */
    boolean ended() {
        try {
            return in.read() < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    private Map<String, String> chunks(ByteArrayOutputStream body) throws IOException {
        while (true) {
            int size = Integer.parseInt(chunkSize(line()), 16);
            if (size == 0) {
                return fields();
            }
            read(size, body);
            line();
        }
    }

    private static String chunkSize(String line) {
        int extension = line.indexOf(';');
        return (extension < 0 ? line : line.substring(0, extension)).trim();
    }

    private void read(long count, ByteArrayOutputStream body) throws IOException {
        long left = count;
        byte[] buffer = new byte[64 << 10];
        while (left > 0) {
            int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (read < 0) {
                throw new EOFException();
            }
            body.write(buffer, 0, read);
            left -= read;
        }
    }

    private Map<String, String> fields() throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            fields.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim());
        }
        return fields;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException();
            }
            line.write(b);
        }
        String text = line.toString(ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /** Ends the connection with a reset, as a process that dies with unread data does. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
