package dev.baton.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A request as somebody has read it.
 *
 * @param fields name, in small letters, and value, in the order of the message; those of trailers behind
 * @param ended false if octets of it are missing yet
 */
record ReadMessage(String line, List<Map.Entry<String, String>> fields, long body, boolean ended) {
    /** Collects what the codec makes. */
    static final class Builder {
        private final List<ReadMessage> messages = new ArrayList<>();
        private List<Map.Entry<String, String>> fields = new ArrayList<>();
        private String line;
        private long body;

        boolean open() {
            return line != null;
        }

        void begin(HttpRequest request) {
            line = request.method() + " " + request.uri() + " " + request.protocolVersion();
            fields = new ArrayList<>();
            body = 0;
            add(request.headers());
        }

        void body(int octets) {
            body += octets;
        }

        void end(HttpHeaders trailers) {
            add(trailers);
            messages.add(new ReadMessage(line, fields, body, true));
            line = null;
        }

        /** With the one that has not ended. */
        List<ReadMessage> messages() {
            List<ReadMessage> all = new ArrayList<>(messages);
            if (open()) {
                all.add(new ReadMessage(line, fields, body, false));
            }
            return all;
        }

        private void add(HttpHeaders headers) {
            for (Map.Entry<String, String> field : headers) {
                fields.add(Map.entry(field.getKey().toLowerCase(Locale.ROOT), field.getValue()));
            }
        }
    }

    /** What may go to a user's program: threats that a field or a line could carry. */
    void check(boolean lenient) {
        String[] parts = line.split(" ", -1);
        assertThat(parts).as(line).hasSize(3);
        assertThat(parts[0]).matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
        assertThat(visible(parts[1], "")).as("target").isTrue();
        assertThat(parts[2]).matches(lenient ? "HTTP/1\\.[0-9]" : "HTTP/1\\.[01]");
        for (Map.Entry<String, String> field : fields) {
            assertThat(field.getKey()).matches("[!#$%&'*+.^_`|~0-9a-z-]+");
            assertThat(visible(field.getValue(), " \t")).as("value").isTrue();
        }
        List<String> hosts = values("host");
        boolean needsHost = !parts[2].equals("HTTP/1.0") && !parts[0].equals("CONNECT");
        assertThat(hosts).hasSizeBetween(needsHost ? 1 : 0, 1);
        assertThat(hosts).allMatch(host -> host.matches("[0-9A-Za-z!$%&'()*+,.:;=\\[\\]_~-]*"));
        List<String> lengths = values("content-length");
        List<String> encodings = values("transfer-encoding");
        assertThat(lengths.size() + encodings.size())
                .as("ways to say where it ends")
                .isLessThanOrEqualTo(1);
        assertThat(encodings).allMatch("chunked"::equalsIgnoreCase);
        if (ended) {
            assertThat(body).isEqualTo(lengths.isEmpty() && encodings.isEmpty() ? 0 : body);
            assertThat(lengths).allMatch(length -> Long.parseLong(length) == body);
        }
    }

    private List<String> values(String name) {
        return fields.stream()
                .filter(field -> field.getKey().equals(name))
                .map(Map.Entry::getValue)
                .toList();
    }

    private static boolean visible(String text, String more) {
        return text.chars().allMatch(c -> (c > 0x20 && c != 0x7f) || more.indexOf(c) >= 0);
    }
}
