package dev.baton.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads HTTP/1 requests in the plainest way there is, for octets that a guard has found sound: what another program between here and
 * the user's would make of them.
 */
final class PlainReader {
    private final String octets;
    private final List<ReadMessage> messages = new ArrayList<>();
    private int at;

    private PlainReader(String octets) {
        this.octets = octets;
    }

    static List<ReadMessage> read(String octets) {
        PlainReader reader = new PlainReader(octets);
        while (reader.message()) {
            // One more.
        }
        return reader.messages;
    }

    private boolean message() {
        String line = line();
        if (line != null && line.isEmpty()) {
            line = line();
        }
        if (line == null) {
            return false;
        }
        List<Map.Entry<String, String>> fields = new ArrayList<>();
        if (!section(fields)) {
            throw new AssertionError("a head that is not whole has passed");
        }
        if (line.endsWith("HTTP/1.0")) {
            // There is no such field in that version: the lenient guard and the codec go by the length.
            fields.removeIf(field -> field.getKey().equals("transfer-encoding"));
        }
        boolean chunked = fields.stream().anyMatch(field -> field.getKey().equals("transfer-encoding"));
        if (chunked) {
            // RFC 9112 6.1: the encoding overrides a length, which must not be passed on, and the connection has no
            // future.
            if (fields.removeIf(field -> field.getKey().equals("content-length"))) {
                fields.removeIf(field -> field.getKey().equals("connection"));
                fields.add(Map.entry("connection", "close"));
            }
        } else {
            dropEqualLengths(fields);
        }
        long length = fields.stream()
                .filter(field -> field.getKey().equals("content-length"))
                .mapToLong(field -> Long.parseLong(field.getValue()))
                .findFirst()
                .orElse(0);
        long body = chunked ? chunks(fields) : take(length);
        boolean ended = chunked ? body >= 0 : body == length;
        messages.add(new ReadMessage(line, fields, chunked && !ended ? ~body : body, ended));
        return ended;
    }

    /** The body's length, or its complement if something is missing. */
    private long chunks(List<Map.Entry<String, String>> fields) {
        long body = 0;
        while (true) {
            String line = line();
            if (line == null) {
                return ~body;
            }
            int semicolon = line.indexOf(';');
            int size = Integer.parseInt(semicolon < 0 ? line : line.substring(0, semicolon), 16);
            if (size == 0) {
                return section(fields) ? body : ~body;
            }
            long taken = take(size);
            body += taken;
            if (taken < size) {
                return ~body;
            }
            String end = line();
            if (end == null) {
                return ~body;
            }
            if (!end.isEmpty()) {
                throw new AssertionError("a chunk is followed by " + end);
            }
        }
    }

    /** False if its end has not come; then none of its fields counts. */
    private boolean section(List<Map.Entry<String, String>> fields) {
        List<Map.Entry<String, String>> found = new ArrayList<>();
        for (String line; (line = line()) != null; ) {
            if (line.isEmpty()) {
                fields.addAll(found);
                return true;
            }
            if (line.charAt(0) == ' ' || line.charAt(0) == '\t') {
                Map.Entry<String, String> folded = found.removeLast();
                found.add(Map.entry(folded.getKey(), (folded.getValue() + ' ' + trim(line))));
                continue;
            }
            int colon = line.indexOf(':');
            found.add(Map.entry(line.substring(0, colon).toLowerCase(Locale.ROOT), trim(line.substring(colon + 1))));
        }
        return false;
    }

    /** One stays, behind the other fields, and in its shortest form. */
    private static void dropEqualLengths(List<Map.Entry<String, String>> fields) {
        List<Map.Entry<String, String>> lengths = fields.stream()
                .filter(field -> field.getKey().equals("content-length"))
                .toList();
        if (lengths.size() > 1) {
            fields.removeAll(lengths);
            long length = Long.parseLong(lengths.getFirst().getValue());
            fields.add(Map.entry("content-length", Long.toString(length)));
        }
    }

    private static String trim(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && " \t".indexOf(text.charAt(from)) >= 0) {
            from++;
        }
        while (to > from && " \t".indexOf(text.charAt(to - 1)) >= 0) {
            to--;
        }
        return text.substring(from, to);
    }

    private String line() {
        int lf = octets.indexOf('\n', at);
        if (lf < 0) {
            return null;
        }
        String line = octets.substring(at, lf > at && octets.charAt(lf - 1) == '\r' ? lf - 1 : lf);
        at = lf + 1;
        return line;
    }

    private long take(long most) {
        int taken = (int) Math.min(most, octets.length() - at);
        at += taken;
        return taken;
    }
}
