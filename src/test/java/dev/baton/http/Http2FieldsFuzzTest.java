package dev.baton.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is sound as fields of HTTP/2 is sound as fields of HTTP/1: the guard of the one is the oracle of the other's. And fields that went
 * to HTTP/2 and back are those that they were.
 */
class Http2FieldsFuzzTest {
    /** Judged elsewhere, where the body's end and the whole message are known. */
    private static final Set<String> OTHERS = Set.of("host", "content-length", "sec-websocket-key1");

    /** @param input method, path and authority, then names and values in turn, all with a zero octet between them */
    @FuzzTest
    void fields(byte[] input) {
        String[] parts = new String(input, StandardCharsets.ISO_8859_1).split("\0", -1);
        if (parts.length < 3) {
            return;
        }
        boolean soundLine =
                Http2Fields.soundMethod(parts[0]) && Http2Fields.soundPath(parts[1]) && Http2Fields.soundHost(parts[2]);
        Http2Headers given = new DefaultHttp2Headers(false);
        for (int i = 3; i + 1 < parts.length; i += 2) {
            given.add(octets(parts[i]), octets(parts[i + 1]));
        }
        HttpHeaders read;
        try {
            read = Http2Fields.read(given);
        } catch (IllegalArgumentException malformed) {
            return;
        }
        StringBuilder head = new StringBuilder(soundLine ? parts[0] + ' ' + parts[1] : "GET /")
                .append(" HTTP/1.1\r\nHost: ")
                .append(soundLine ? parts[2] : "h")
                .append("\r\n");
        for (Map.Entry<String, String> field : read) {
            if (!OTHERS.contains(field.getKey())) {
                head.append(field.getKey())
                        .append(": ")
                        .append(field.getValue())
                        .append("\r\n");
            }
        }
        byte[] octets = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        boolean connect = soundLine && parts[0].equals("CONNECT");
        if (!connect) {
            assertThat(new RequestHead(Integer.MAX_VALUE, false, false).check(octets, octets.length))
                    .as("as HTTP/1: %s", head)
                    .isNull();
        }
        read.remove("host");
        assertThat(entries(Http2Fields.read(Http2Fields.write(read)))).isEqualTo(entries(read));
    }

    private static AsciiString octets(String text) {
        return new AsciiString(text.getBytes(StandardCharsets.ISO_8859_1), false);
    }

    private static List<Map.Entry<String, String>> entries(HttpHeaders headers) {
        return headers.entries().stream()
                .map(field -> Map.entry(
                        field.getKey(), field.getKey().equals("cookie") ? crumbs(field.getValue()) : field.getValue()))
                .filter(field ->
                        !field.getKey().equals("cookie") || !field.getValue().isEmpty())
                .sorted(Map.Entry.<String, String>comparingByKey().thenComparing(Map.Entry.comparingByValue()))
                .toList();
    }

    /** Blanks and semicolons between cookies are nobody's. */
    private static String crumbs(String cookies) {
        return Arrays.stream(cookies.split(";"))
                .map(crumb -> crumb.replaceAll("\\A[ \t]+|[ \t]+\\z", ""))
                .filter(crumb -> !crumb.isEmpty())
                .collect(Collectors.joining("; "));
    }
}
