package dev.baton.proxy;

import dev.baton.http.GoFieldName;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.TreeSet;

/** The field {@code Trailer} as Go's transport writes it: one, of sorted names in Go's spelling. Pure. */
final class AnnouncedTrailers {
    private static final List<AsciiString> NONE =
            List.of(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderNames.TRAILER);

    private AnnouncedTrailers() {}

    static void asGoWritesThem(HttpHeaders headers) {
        TreeSet<String> names = new TreeSet<>();
        for (String value : headers.getAll(HttpHeaderNames.TRAILER)) {
            for (int from = 0; from < value.length(); ) {
                int comma = value.indexOf(',', from);
                int end = comma < 0 ? value.length() : comma;
                String name = value.substring(from, end).strip();
                if (!name.isEmpty() && NONE.stream().noneMatch(none -> none.contentEqualsIgnoreCase(name))) {
                    names.add(GoFieldName.canonical(name));
                }
                from = end + 1;
            }
        }
        headers.remove(HttpHeaderNames.TRAILER);
        if (!names.isEmpty()) {
            headers.set("Trailer", String.join(",", names));
        }
    }
}
