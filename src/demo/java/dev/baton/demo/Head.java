package dev.baton.demo;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The head of an HTTP/1.1 message: start line and fields, in their order and spelling. */
record Head(String start, List<String> fields) {
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "upgrade");

    /** @throws IllegalArgumentException if a field has no name */
    static Head parse(String text) {
        List<String> lines = text.lines().toList();
        List<String> fields = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            if (line.indexOf(':') < 1) {
                throw new IllegalArgumentException("not a header field: " + line);
            }
            fields.add(line);
        }
        return new Head(lines.getFirst(), fields);
    }

    /** The first value of a field; names are case-insensitive. */
    @Nullable
    String first(String name) {
        for (String field : fields) {
            if (name(field).equals(name)) {
                return value(field);
            }
        }
        return null;
    }

    String method() {
        return start.substring(0, Math.max(0, start.indexOf(' ')));
    }

    /** The status code of a response's head. */
    int status() {
        return Integer.parseInt(start.substring(9, 12));
    }

    boolean chunked() {
        String coding = first("transfer-encoding");
        return coding != null && coding.toLowerCase(Locale.ROOT).endsWith("chunked");
    }

    /** The announced length, -1 without one. */
    long length() {
        String length = first("content-length");
        return length == null ? -1 : Long.parseLong(length);
    }

    /** What an activator sends on: no field of this hop, and who asked. */
    Head viaActivator(String peer) {
        Head onward = endToEnd();
        String before = first("x-forwarded-for");
        List<String> fields = new ArrayList<>(onward.fields);
        fields.removeIf(field -> name(field).equals("x-forwarded-for"));
        fields.add("X-Forwarded-For: " + (before == null ? peer : before + ", " + peer));
        fields.add("X-Forwarded-Proto: http");
        fields.add("K-Proxy-Request: activator");
        return new Head(start, fields);
    }

    /** Without the fields that belong to one hop; the framing stays, because bodies pass as they are framed. */
    Head endToEnd() {
        String connection = first("connection");
        Set<String> named = connection == null
                ? Set.of()
                : Set.of(connection.toLowerCase(Locale.ROOT).split("[ ,]+"));
        return new Head(
                start,
                fields.stream()
                        .filter(field -> !HOP_BY_HOP.contains(name(field)) && !named.contains(name(field)))
                        .toList());
    }

    byte[] bytes() {
        StringBuilder text = new StringBuilder(start).append("\r\n");
        fields.forEach(field -> text.append(field).append("\r\n"));
        return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String name(String field) {
        return field.substring(0, field.indexOf(':')).toLowerCase(Locale.ROOT);
    }

    private static String value(String field) {
        return field.substring(field.indexOf(':') + 1).strip();
    }
}
