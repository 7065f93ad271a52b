package dev.baton.tck;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Header compression for HTTP/2 (RFC 7541): all of decoding, and the plainest way of encoding. One per direction. */
final class Hpack {
    record Field(String name, String value) {
        /** A whole head, for the host that the cases ask. */
        static List<Field> request(String method, String path, Field... more) {
            List<Field> fields = new ArrayList<>(List.of(
                    new Field(":method", method),
                    new Field(":scheme", "http"),
                    new Field(":path", path),
                    new Field(":authority", "fn.test")));
            fields.addAll(Arrays.asList(more));
            return fields;
        }

        @Override
        public String toString() {
            return name + ": " + value;
        }
    }

    /** Appendix A, from index 1. */
    private static final String[] STATIC =
            (":authority=|:method=GET|:method=POST|:path=/|:path=/index.html|:scheme=http|:scheme=https|:status=200|:status=204|"
                            + ":status=206|:status=304|:status=400|:status=404|:status=500|accept-charset=|"
                            + "accept-encoding=gzip, deflate|accept-language=|accept-ranges=|accept=|access-control-allow-origin=|"
                            + "age=|allow=|authorization=|cache-control=|content-disposition=|content-encoding=|content-language=|"
                            + "content-length=|content-location=|content-range=|content-type=|cookie=|date=|etag=|expect=|expires=|"
                            + "from=|host=|if-match=|if-modified-since=|if-none-match=|if-range=|if-unmodified-since=|last-modified=|"
                            + "link=|location=|max-forwards=|proxy-authenticate=|proxy-authorization=|range=|referer=|refresh=|"
                            + "retry-after=|server=|set-cookie=|strict-transport-security=|transfer-encoding=|user-agent=|vary=|via=|"
                            + "www-authenticate=")
                    .split("\\|", -1);

    /** Appendix B is a canonical code: the length of each symbol's code says it all. 'a' is five bits. */
    private static final String LENGTHS =
            "isxxxxxxxtzxxzxxxxxxxxzxxxxxxxxxbffhibdgffdgdbbbaaabbbbbbbcdkbhfibccccccccccccccccccccccdcdioijb"
                    + "kabababbbaccbbbabcbaabccccckgjixprpprrrsrssssststtrstssssqrsrsstrqprrssqsrrtqrssqqrqsrssprrrsrrsvvporsruvvvwwvtuoqvwwvwt"
                    + "qqvvxwwwptpqrqqsrruuttvsvwvvwwwwwxwwwwwvz";

    private final List<Field> dynamic = new ArrayList<>();
    private byte[] block = {};
    private int at;

    List<Field> decode(byte[] headerBlock) throws IOException {
        block = headerBlock;
        at = 0;
        List<Field> fields = new ArrayList<>();
        while (at < block.length) {
            int first = block[at] & 0xff;
            if (first >= 0x80) {
                fields.add(entry(number(7)));
            } else if (first >= 0x40) {
                Field field = literal(number(6));
                dynamic.addFirst(field);
                fields.add(field);
            } else if (first >= 0x20) {
                number(5);
            } else {
                fields.add(literal(number(4)));
            }
        }
        return fields;
    }

    private Field literal(int name) throws IOException {
        String key = name == 0 ? string() : entry(name).name();
        return new Field(key, string());
    }

    private Field entry(int index) throws IOException {
        if (index < 1 || index > STATIC.length + dynamic.size()) {
            throw new IOException("HPACK index " + index);
        }
        if (index > STATIC.length) {
            return dynamic.get(index - STATIC.length - 1);
        }
        String entry = STATIC[index - 1];
        int equals = entry.indexOf('=');
        return new Field(entry.substring(0, equals), entry.substring(equals + 1));
    }

    private int number(int bits) {
        int most = (1 << bits) - 1;
        int value = block[at++] & most;
        if (value == most) {
            for (int shift = 0; ; shift += 7) {
                int b = block[at++];
                value += (b & 0x7f) << shift;
                if (b >= 0) {
                    break;
                }
            }
        }
        return value;
    }

    private String string() throws IOException {
        boolean huffman = block[at] < 0;
        int length = number(7);
        int from = at;
        at += length;
        return huffman ? huffman(from, at) : new String(block, from, length, StandardCharsets.ISO_8859_1);
    }

    private String huffman(int from, int to) throws IOException {
        StringBuilder text = new StringBuilder();
        int code = 0;
        int bits = 0;
        for (int i = from * 8; i < to * 8; i++) {
            code = code << 1 | (block[i >> 3] >> (7 - (i & 7)) & 1);
            int symbol = symbol(code, ++bits);
            if (symbol >= 0) {
                text.append((char) symbol);
                code = 0;
                bits = 0;
            }
        }
        if (bits > 7 || code != (1 << bits) - 1) {
            throw new IOException("HPACK padding");
        }
        return text.toString();
    }

    private static int symbol(int code, int bits) {
        int first = 0;
        for (int length = 5; length <= bits; length++) {
            first <<= 1;
            for (int symbol = 0; symbol < LENGTHS.length(); symbol++) {
                if (LENGTHS.charAt(symbol) - 'a' + 5 == length) {
                    if (length == bits && first == code) {
                        return symbol;
                    }
                    first++;
                }
            }
        }
        return -1;
    }

    /** Literals without indexing, the way that needs no memory on either side. */
    static byte[] encode(List<Field> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Field field : fields) {
            out.write(0);
            string(out, field.name().toLowerCase(Locale.ROOT));
            string(out, field.value());
        }
        return out.toByteArray();
    }

    private static void string(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length < 127) {
            out.write(bytes.length);
        } else {
            out.write(127);
            int rest = bytes.length - 127;
            for (; rest > 127; rest >>= 7) {
                out.write((rest & 0x7f) | 0x80);
            }
            out.write(rest);
        }
        out.writeBytes(bytes);
    }
}
