package dev.baton.proxy;

import dev.baton.Await;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One end of a connection that speaks raw octets, with just enough HTTP/1 to take a message apart. Blocks. */
final class Wire implements AutoCloseable {
    /** A head and what belongs to it. */
    record Message(String startLine, List<String> fields, String text, List<String> trailers) {
        int status() {
            return Integer.parseInt(startLine.split(" ", -1)[1]);
        }

        String target() {
            return startLine.split(" ", -1)[1];
        }

        /** Values of a field, in order. */
        List<String> all(String name) {
            List<String> values = new ArrayList<>();
            for (String field : fields) {
                int colon = field.indexOf(':');
                if (field.substring(0, colon).equalsIgnoreCase(name)) {
                    values.add(field.substring(colon + 1).strip());
                }
            }
            return values;
        }

        /** The only value of a field, or null. */
        String field(String name) {
            List<String> values = all(name);
            if (values.size() > 1) {
                throw new AssertionError(name + " occurs more than once: " + values);
            }
            return values.isEmpty() ? null : values.getFirst();
        }

        /** All but the date, which the main port adds where the program has none. */
        List<String> undated() {
            return fields.stream()
                    .filter(field -> !field.regionMatches(true, 0, "Date:", 0, 5))
                    .toList();
        }

        boolean has(String name) {
            return !all(name).isEmpty();
        }
    }

    final Socket socket;
    private final InputStream in;

    Wire(Socket socket) {
        this.socket = socket;
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) Await.LIMIT.toMillis());
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends characters as octets. */
    Wire send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Wire send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A request with the usual Host. */
    Wire request(String method, String target, String... fields) {
        return send(method + " " + target + " HTTP/1.1\r\nHost: app.test\r\n" + lines(fields) + "\r\n");
    }

    static String lines(String... fields) {
        StringBuilder lines = new StringBuilder();
        for (String field : fields) {
            lines.append(field).append("\r\n");
        }
        return lines.toString();
    }

    /** Reads a head only. */
    Message head() {
        try {
            String start = line();
            List<String> fields = new ArrayList<>();
            readFields(fields);
            return new Message(start, fields, "", List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a request with its body. */
    Message request() {
        Message head = head();
        return body(head, false, false);
    }

    /** Reads a response with its body; it must be complete. */
    Message response() {
        return body(head(), false, true);
    }

    /** Reads the response to a HEAD. */
    Message headResponse() {
        return body(head(), true, true);
    }

    private Message body(Message head, boolean none, boolean response) {
        try {
            String length = head.field("Content-Length");
            if (none || (response && (head.status() < 200 || head.status() == 204 || head.status() == 304))) {
                return head;
            }
            if ("chunked".equalsIgnoreCase(head.field("Transfer-Encoding"))) {
                return chunked(head);
            }
            if (length != null) {
                return new Message(head.startLine, head.fields, latin(exactly(Integer.parseInt(length))), List.of());
            }
            return response ? new Message(head.startLine, head.fields, latin(in.readAllBytes()), List.of()) : head;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Message chunked(Message head) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(line().split(";", 2)[0], 16);
            if (size == 0) {
                List<String> trailers = new ArrayList<>();
                readFields(trailers);
                return new Message(head.startLine, head.fields, latin(body.toByteArray()), trailers);
            }
            body.write(exactly(size));
            if (!line().isEmpty()) {
                throw new AssertionError("chunk of " + size + " is longer than that");
            }
        }
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    byte[] exactly(int length) {
        try {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException("after " + bytes.length + " of " + length);
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readFields(List<String> fields) throws IOException {
        String line = line();
        while (!line.isEmpty()) {
            fields.add(line);
            line = line();
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int b = in.read();
        while (b != '\n') {
            if (b < 0) {
                throw new EOFException("in a line: " + line.toString(StandardCharsets.ISO_8859_1));
            }
            line.write(b);
            b = in.read();
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /** Reads so many responses, whatever they say. */
    void rest(int responses) {
        for (int i = 0; i < responses; i++) {
            response();
        }
    }

    /** Everything until the other side ends the connection, by whatever means. */
    String rest() {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        try {
            int b = in.read();
            while (b >= 0) {
                rest.write(b);
                b = in.read();
            }
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("reset")) {
                throw new UncheckedIOException(e);
            }
            rest.writeBytes("<reset>".getBytes(StandardCharsets.ISO_8859_1));
        }
        return rest.toString(StandardCharsets.ISO_8859_1);
    }

    /** Whether nothing has come for a while. */
    boolean silentFor(int millis) {
        try {
            socket.setSoTimeout(millis);
            try {
                in.mark(1);
                int b = in.read();
                if (b >= 0) {
                    in.reset();
                }
                return false;
            } catch (java.net.SocketTimeoutException e) {
                return true;
            } finally {
                socket.setSoTimeout((int) Await.LIMIT.toMillis());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the connection with a reset. */
    void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends its end, and goes on reading. */
    Wire end() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
