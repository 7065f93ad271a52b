package dev.baton.tck;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1 message as it stood on the wire, in a form in which two implementations can be compared: field names in
 * lower case and sorted, values as they were, fields that name a moment left out, the body without its framing.
 *
 * @param start the request or status line
 * @param fields names in lower case to values in order of arrival
 * @param body octets after the framing was taken off, each as one character
 * @param framing how the end of the body was told: {@code none}, {@code length}, {@code chunked} or {@code close}
 * @param trailers fields after the last chunk, written {@code name: value}
 * @param whole false if the connection ended before the framing said so
 */
record Message(
        String start,
        TreeMap<String, List<String>> fields,
        String body,
        String framing,
        List<String> trailers,
        boolean whole) {
    private static final int MAX_LINE = 1 << 21;
    private static final Set<String> MOMENTARY = Set.of("date");

    int status() {
        String[] words = start.split(" ", 3);
        return words.length > 1 && words[1].matches("\\d{3}") ? Integer.parseInt(words[1]) : 0;
    }

    @Nullable
    String first(String name) {
        List<String> values = fields.get(name);
        return values == null ? null : values.getFirst();
    }

    /** Reads one message; {@code null} at a clean end before its first octet. */
    static @Nullable Message read(InputStream in, boolean answersHead) throws IOException {
        Message head = head(in);
        if (head == null) {
            return null;
        }
        return head.start.startsWith("HTTP/") ? head.withResponseBody(in, answersHead) : head.withRequestBody(in);
    }

    /** Reads the rest of a request whose head has been read. */
    Message body(InputStream in) throws IOException {
        return withRequestBody(in);
    }

    static @Nullable Message head(InputStream in) throws IOException {
        String start = line(in, true);
        if (start == null) {
            return null;
        }
        TreeMap<String, List<String>> fields = new TreeMap<>();
        for (String field = line(in, false); field != null && !field.isEmpty(); field = line(in, false)) {
            add(fields, field);
        }
        return new Message(start, fields, "", "none", List.of(), true);
    }

    private Message withResponseBody(InputStream in, boolean answersHead) throws IOException {
        int status = status();
        if (answersHead || status < 200 || status == 204 || status == 304) {
            return this;
        }
        return fields.containsKey("content-length") || fields.containsKey("transfer-encoding")
                ? withRequestBody(in)
                : untilClose(in);
    }

    private Message withRequestBody(InputStream in) throws IOException {
        if (fields.containsKey("transfer-encoding")) {
            return chunked(in);
        }
        String length = first("content-length");
        if (length == null) {
            return this;
        }
        int expected = Integer.parseInt(length.trim());
        try {
            String octets = new String(in.readNBytes(expected), StandardCharsets.ISO_8859_1);
            return new Message(start, fields, octets, "length", List.of(), octets.length() == expected);
        } catch (IOException reset) {
            return new Message(start, fields, "", "length", List.of(), false);
        }
    }

    private Message untilClose(InputStream in) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        boolean whole = copy(in, bytes);
        return new Message(start, fields, bytes.toString(StandardCharsets.ISO_8859_1), "close", List.of(), whole);
    }

    private static boolean copy(InputStream in, ByteArrayOutputStream out) {
        try {
            in.transferTo(out);
            return true;
        } catch (IOException reset) {
            return false;
        }
    }

    private Message chunked(InputStream in) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<String> trailers = new ArrayList<>();
        try {
            while (true) {
                String size = line(in, false);
                if (size == null) {
                    throw new EOFException("no chunk size");
                }
                int length = Integer.parseInt(size.split(";", 2)[0].trim(), 16);
                if (length == 0) {
                    break;
                }
                byte[] chunk = in.readNBytes(length);
                bytes.write(chunk);
                if (chunk.length < length || line(in, false) == null) {
                    throw new EOFException("short chunk");
                }
            }
            for (String field = line(in, false); field != null && !field.isEmpty(); field = line(in, false)) {
                trailers.add(field.toLowerCase(Locale.ROOT));
            }
        } catch (IOException | NumberFormatException broken) {
            return new Message(start, fields, bytes.toString(StandardCharsets.ISO_8859_1), "chunked", trailers, false);
        }
        trailers.sort(null);
        return new Message(start, fields, bytes.toString(StandardCharsets.ISO_8859_1), "chunked", trailers, true);
    }

    private static void add(TreeMap<String, List<String>> fields, String field) {
        int colon = field.indexOf(':');
        String name = colon < 0 ? field : field.substring(0, colon);
        String value = colon < 0 ? "" : field.substring(colon + 1).trim();
        fields.computeIfAbsent(name.toLowerCase(Locale.ROOT), unused -> new ArrayList<>())
                .add(value);
    }

    private static @Nullable String line(InputStream in, boolean endAllowed) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                if (endAllowed && bytes.size() == 0) {
                    return null;
                }
                throw new EOFException("cut off after: " + bytes.toString(StandardCharsets.ISO_8859_1));
            }
            bytes.write(b);
            if (bytes.size() > MAX_LINE) {
                throw new IOException("line over " + MAX_LINE + " octets");
            }
        }
        String text = bytes.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /** Go announces trailers in the order of a map, which is none. */
    private static String comparable(String name, String value) {
        if (MOMENTARY.contains(name)) {
            return "(a moment)";
        }
        return name.equals("trailer")
                ? java.util.Arrays.stream(value.split(", *", -1))
                        .sorted()
                        .collect(java.util.stream.Collectors.joining(", "))
                : value;
    }

    /** The comparable form, a line each. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(start);
        fields.forEach((name, values) -> {
            values.forEach(given -> lines.add(name + ": " + comparable(name, given)));
        });
        lines.add("");
        if (body.length() > 4096) {
            lines.add("(" + body.length() + " octets, hash " + body.hashCode() + ")");
        } else if (!body.isEmpty()) {
            body.lines().forEach(lines::add);
        }
        trailers.forEach(trailer -> lines.add("trailer " + trailer));
        lines.add(whole ? "[whole, " + framing + "]" : "[cut off, " + framing + "]");
        return lines;
    }
}
