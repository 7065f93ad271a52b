package dev.baton.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Judges the bytes of one complete HTTP/1 request head, strictly: what two parsers could read in two ways is refused
 * (RFC 9112 sections 2.2, 3, 5, 6.1–6.3). Pure: no I/O, no memory of earlier heads.
 */
final class RequestHead {
    private static final byte TOKEN = 1;
    private static final byte TARGET = 2;
    private static final byte VALUE = 4;
    private static final byte HOST = 8;
    private static final byte[] KIND = kinds();

    static final Refusal MALFORMED = badRequest("400 Bad Request");
    private static final Refusal BAD_NAME = badRequest("400 Bad Request: invalid header name");
    private static final Refusal NO_HOST = badRequest("400 Bad Request: missing required Host header");
    private static final Refusal BAD_HOST = badRequest("400 Bad Request: malformed Host header");
    private static final Refusal BAD_VERSION = new Refusal(
            HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED,
            "505 HTTP Version Not Supported: unsupported protocol version",
            false);
    private static final Refusal BAD_ENCODING =
            new Refusal(HttpResponseStatus.NOT_IMPLEMENTED, "Unsupported transfer encoding", false);
    static final Refusal TOO_LARGE = new Refusal(
            HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "431 Request Header Fields Too Large", false);

    /** As the Go sidecar says it, which has sent half of the request on by then. */
    static final Refusal BAD_CHUNK_AS_GO =
            new Refusal(HttpResponseStatus.BAD_GATEWAY, "invalid byte in chunk length", true);

    static final Refusal BAD_DATA_AS_GO =
            new Refusal(HttpResponseStatus.BAD_GATEWAY, "malformed chunked encoding", true);

    /** More digits than any body has; keeps the arithmetic below from overflowing. */
    private static final int MAX_LENGTH_DIGITS = 18;

    private final int maxFields;
    private final boolean lenient;

    private byte[] bytes = {};
    private int at;
    private int end;

    private boolean connect;
    private boolean options;
    private boolean http10;
    private boolean http11;
    private int hosts;
    private int lengths;
    private int encodings;
    private long length;
    private int firstLength;
    private int firstLengthEnd;
    /** The last field may go on in the next line: it is none that says where the message ends or whom it is for. */
    private boolean foldable;

    RequestHead(int maxFields, boolean lenient) {
        this.maxFields = maxFields;
        this.lenient = lenient;
    }

    /** After a head that was not refused: whether its body is chunked. */
    boolean chunked() {
        return encodings > 0;
    }

    /** After a head that was not refused: the bytes of its body, 0 when it is chunked. */
    long length() {
        return encodings > 0 ? 0 : length;
    }

    /**
     * Judges a head.
     *
     * @param head starts with the request line and ends with the empty line
     * @return null if the head may be interpreted
     */
    @Nullable
    Refusal check(byte[] head, int length) {
        begin(head, length);
        Refusal refusal = requestLine();
        return refusal != null ? refusal : fields();
    }

    /** As {@link #check}, for the trailer section after the last chunk: fields only, and none that says where messages end. */
    @Nullable
    Refusal checkTrailers(byte[] trailers, int length) {
        begin(trailers, length);
        for (int fields = 0; !emptyLine(); fields++) {
            Refusal refusal = fields == maxFields ? TOO_LARGE : field();
            if (refusal != null) {
                return refusal;
            }
        }
        return hosts + lengths + encodings > 0 ? MALFORMED : null;
    }

    private void begin(byte[] head, int headLength) {
        bytes = head;
        at = 0;
        end = headLength;
        connect = false;
        options = false;
        http10 = false;
        http11 = false;
        hosts = 0;
        lengths = 0;
        encodings = 0;
        length = 0;
        foldable = false;
    }

    private @Nullable Refusal requestLine() {
        int method = at;
        skip(TOKEN);
        if (at == method || bytes[at] != ' ') {
            return MALFORMED;
        }
        connect = is(method, at, "CONNECT");
        options = is(method, at, "OPTIONS");
        int target = ++at;
        skip(TARGET);
        if (at == target || bytes[at] != ' ') {
            return MALFORMED;
        }
        Refusal refusal = target(target, at);
        if (refusal != null) {
            return refusal;
        }
        at++;
        return version();
    }

    private @Nullable Refusal target(int from, int to) {
        if (connect) {
            return allHost(from, to) ? null : MALFORMED;
        }
        if (bytes[from] == '/') {
            return escaped(from, to) ? null : MALFORMED;
        }
        if (bytes[from] == '*') {
            return options && to == from + 1 ? null : MALFORMED;
        }
        int authority = startsWithScheme(from, to);
        if (authority < 0) {
            return MALFORMED;
        }
        int authorityEnd = authority;
        while (authorityEnd < to && bytes[authorityEnd] != '/' && bytes[authorityEnd] != '?') {
            authorityEnd++;
        }
        boolean sound = authorityEnd > authority && allHost(authority, authorityEnd) && escaped(authorityEnd, to);
        return sound ? null : MALFORMED;
    }

    /** Whether each percent sign of the path begins an escape. The query is the program's own affair. */
    private boolean escaped(int from, int to) {
        for (int i = from; i < to && bytes[i] != '?'; i++) {
            if (bytes[i] == '%' && (to - i < 3 || !hex(i + 1) || !hex(i + 2))) {
                return false;
            }
        }
        return true;
    }

    private boolean hex(int index) {
        int b = bytes[index] | 0x20;
        return digit(index) || (b >= 'a' && b <= 'f');
    }

    private int startsWithScheme(int from, int to) {
        if (isIgnoringCase(from, Math.min(to, from + 7), "http://")) {
            return from + 7;
        }
        return isIgnoringCase(from, Math.min(to, from + 8), "https://") ? from + 8 : -1;
    }

    private @Nullable Refusal version() {
        // "HTTP/d.d" and the line's end: nothing else, so that no parser sees a longer target or a header here.
        if (at + 9 >= end || !is(at, at + 5, "HTTP/") || !digit(at + 5) || bytes[at + 6] != '.' || !digit(at + 7)) {
            return MALFORMED;
        }
        int major = bytes[at + 5] - '0';
        int minor = bytes[at + 7] - '0';
        at += 8;
        if (!lineEnd()) {
            return MALFORMED;
        }
        http10 = minor == 0;
        http11 = minor == 1;
        return major == 1 && (minor <= 1 || lenient) ? null : BAD_VERSION;
    }

    private @Nullable Refusal fields() {
        for (int fields = 0; !emptyLine(); fields++) {
            Refusal refusal = fields == maxFields ? TOO_LARGE : field();
            if (refusal != null) {
                return refusal;
            }
        }
        if (hosts == 0 && !http10 && !connect) {
            return NO_HOST;
        }
        if (http10 && lenient) {
            // The body is as long as Content-Length says; the codec is kept from reading the field too.
            encodings = 0;
        }
        if (encodings > 1) {
            return BAD_ENCODING;
        }
        // RFC 9112 6.1: a message with both, or a 1.0 message with an encoding, may be an attempt at smuggling.
        // The codec drops the length in favour of the encoding, but for 1.1 alone.
        boolean bothPass = lenient && http11;
        return encodings > 0 && ((lengths > 0 && !bothPass) || http10) ? MALFORMED : null;
    }

    private @Nullable Refusal field() {
        int name = at;
        skip(TOKEN);
        int nameEnd = at;
        if (nameEnd == name && foldable && (bytes[at] == ' ' || bytes[at] == '\t')) {
            skip(VALUE);
            return lineEnd() ? null : MALFORMED;
        }
        if (nameEnd == name || bytes[at] != ':') {
            return bytes[name] == ' ' || bytes[name] == '\t' ? MALFORMED : BAD_NAME;
        }
        at++;
        while (bytes[at] == ' ' || bytes[at] == '\t') {
            at++;
        }
        int value = at;
        skip(VALUE);
        int valueEnd = at;
        if (!lineEnd()) {
            return MALFORMED;
        }
        while (valueEnd > value && (bytes[valueEnd - 1] == ' ' || bytes[valueEnd - 1] == '\t')) {
            valueEnd--;
        }
        return judge(name, nameEnd, value, valueEnd);
    }

    private @Nullable Refusal judge(int name, int nameEnd, int value, int valueEnd) {
        // The codec refuses what begins with the blank of a fold.
        foldable = lenient && valueEnd > value;
        return switch (nameEnd - name) {
            case 4 -> isIgnoringCase(name, nameEnd, "host") ? host(value, valueEnd) : null;
            case 14 -> isIgnoringCase(name, nameEnd, "content-length") ? contentLength(value, valueEnd) : null;
            case 17 -> isIgnoringCase(name, nameEnd, "transfer-encoding") ? transferEncoding(value, valueEnd) : null;
            // Netty's decoder gives a request with this field of a dead websocket draft a body of eight bytes.
            case 18 -> isIgnoringCase(name, nameEnd, "sec-websocket-key1") ? MALFORMED : null;
            default -> null;
        };
    }

    private @Nullable Refusal host(int from, int to) {
        foldable = false;
        if (++hosts > 1) {
            return MALFORMED;
        }
        return allHost(from, to) ? null : BAD_HOST;
    }

    private @Nullable Refusal contentLength(int from, int to) {
        foldable = false;
        if ((++lengths > 1 && !lenient) || to == from || to - from > MAX_LENGTH_DIGITS) {
            return MALFORMED;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            if (!digit(i)) {
                return MALFORMED;
            }
            value = value * 10 + (bytes[i] - '0');
        }
        // Octet by octet, as the codec compares them: 3 and 03 are not the same.
        if (lengths > 1 && !Arrays.equals(bytes, firstLength, firstLengthEnd, bytes, from, to)) {
            return MALFORMED;
        }
        firstLength = from;
        firstLengthEnd = to;
        length = value;
        return null;
    }

    private @Nullable Refusal transferEncoding(int from, int to) {
        foldable = false;
        encodings++;
        boolean known = to - from == 7 && isIgnoringCase(from, to, "chunked");
        return known || (http10 && lenient) ? null : BAD_ENCODING;
    }

    /** Consumes the line's end: CRLF, or LF alone, which RFC 9112 2.2 lets a recipient take for one. */
    private boolean lineEnd() {
        if (bytes[at] == '\n') {
            at++;
            return true;
        }
        if (bytes[at] == '\r' && at + 1 < end && bytes[at + 1] == '\n') {
            at += 2;
            return true;
        }
        return false;
    }

    private boolean emptyLine() {
        return bytes[at] == '\n' || (bytes[at] == '\r' && bytes[at + 1] == '\n');
    }

    /** Ends at the latest at the final LF, which is of no kind. */
    private void skip(byte kind) {
        while ((KIND[bytes[at] & 0xff] & kind) != 0) {
            at++;
        }
    }

    private boolean allHost(int from, int to) {
        for (int i = from; i < to; i++) {
            if ((KIND[bytes[i] & 0xff] & HOST) == 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether this may be in a token, RFC 9110 section 5.6.2. */
    static boolean token(byte b) {
        return (KIND[b & 0xff] & TOKEN) != 0;
    }

    private boolean digit(int index) {
        return bytes[index] >= '0' && bytes[index] <= '9';
    }

    private boolean is(int from, int to, String text) {
        if (to - from != text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (bytes[from + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** For texts without capitals; only letters are folded. */
    private boolean isIgnoringCase(int from, int to, String text) {
        if (to - from != text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            int b = bytes[from + i];
            if (b >= 'A' && b <= 'Z') {
                b |= 0x20;
            }
            if (b != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static Refusal badRequest(String text) {
        return new Refusal(HttpResponseStatus.BAD_REQUEST, text, false);
    }

    private static byte[] kinds() {
        byte[] kinds = new byte[256];
        for (int c = 0; c < 256; c++) {
            boolean alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            byte kind = 0;
            if (alphanumeric || "!#$%&'*+-.^_`|~".indexOf(c) >= 0) {
                kind |= TOKEN;
            }
            if (c > 0x20 && c != 0x7f) {
                kind |= TARGET | VALUE;
            }
            if (c == ' ' || c == '\t') {
                kind |= VALUE;
            }
            if (alphanumeric || "!$%&'()*+,-.:;=[]_~".indexOf(c) >= 0) {
                kind |= HOST;
            }
            kinds[c] = kind;
        }
        return kinds;
    }
}
