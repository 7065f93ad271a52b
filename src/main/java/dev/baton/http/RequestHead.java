package dev.baton.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/**
 * Judges the bytes of one complete HTTP/1 request head, strictly: what two parsers could read in two ways is refused
 * (RFC 9112 sections 2.2, 3, 5, 6.1–6.3). Pure: no I/O, no memory of earlier heads.
 */
final class RequestHead {
    static final Refusal MALFORMED = badRequest("400 Bad Request");
    /** What Go's {@code http.ServeMux} has to say about the target {@code *}. */
    private static final Refusal NO_TARGET = badRequest("");

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

    /** More digits than any body has; keeps the arithmetic below from overflowing. */
    private static final int MAX_LENGTH_DIGITS = 18;

    private final int maxFields;
    private final boolean lenient;
    private final boolean service;
    private final HeadLexer in = new HeadLexer();

    private boolean connect;
    private boolean options;
    private boolean preface;
    private boolean star;
    private boolean http10;
    private boolean http11;
    private int hosts;
    private int lengths;
    private int encodings;
    private long length;
    /** A Trailer field announces what says where a message ends. */
    private boolean badTrailer;

    private int firstLength;
    private int firstLengthEnd;
    /** The last field may go on in the next line: it is none that says where the message ends or whom it is for. */
    private boolean foldable;

    /** @param service whether heads of no use to anybody get the answer of Go's {@code http.ServeMux}, which is behind its server */
    RequestHead(int maxFields, boolean lenient, boolean service) {
        this.maxFields = maxFields;
        this.lenient = lenient;
        this.service = service;
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
        if (refusal == null) {
            refusal = fields();
        }
        return refusal == null && star ? NO_TARGET : refusal;
    }

    /** As {@link #check}, for the trailer section after the last chunk: fields only, and none that says where messages end. */
    @Nullable
    Refusal checkTrailers(byte[] trailers, int length) {
        begin(trailers, length);
        Refusal refusal = section();
        if (refusal != null) {
            return refusal;
        }
        return hosts + lengths + encodings > 0 && !lenient ? MALFORMED : null;
    }

    private void begin(byte[] head, int headLength) {
        in.begin(head, headLength);
        connect = false;
        options = false;
        preface = false;
        star = false;
        http10 = false;
        http11 = false;
        hosts = 0;
        lengths = 0;
        encodings = 0;
        length = 0;
        foldable = false;
        badTrailer = false;
    }

    private @Nullable Refusal requestLine() {
        int method = in.at();
        int methodEnd = in.skip(HeadLexer.TOKEN);
        if (methodEnd == method || !in.take(' ')) {
            return MALFORMED;
        }
        connect = in.is(method, methodEnd, "CONNECT");
        options = in.is(method, methodEnd, "OPTIONS");
        boolean pri = in.is(method, methodEnd, "PRI");
        int target = in.at();
        int targetEnd = in.skip(HeadLexer.TARGET);
        if (targetEnd == target || !in.take(' ')) {
            return MALFORMED;
        }
        Refusal refusal = target(target, targetEnd);
        preface = pri && star;
        return refusal != null ? refusal : version();
    }

    private @Nullable Refusal target(int from, int to) {
        if (connect) {
            return in.all(HeadLexer.HOST, from, to) ? null : MALFORMED;
        }
        if (in.octet(from) == '/') {
            return escaped(from, to) ? null : MALFORMED;
        }
        if (in.octet(from) == '*') {
            star = service && !options && to == from + 1;
            return star || (options && to == from + 1) ? null : MALFORMED;
        }
        int authority = startsWithScheme(from, to);
        if (authority < 0) {
            return MALFORMED;
        }
        int authorityEnd = authority;
        while (authorityEnd < to && in.octet(authorityEnd) != '/' && in.octet(authorityEnd) != '?') {
            authorityEnd++;
        }
        boolean sound = authority(authority, authorityEnd) && escaped(authorityEnd, to);
        return sound ? null : MALFORMED;
    }

    /** A port has digits alone; an escape has no place but in the zone of an address in brackets. */
    private boolean authority(int from, int to) {
        int port = to;
        while (port > from && in.digit(port - 1)) {
            port--;
        }
        boolean bracket = to > from && in.octet(from) == '[';
        for (int i = from; i < to; i++) {
            boolean misplaced = in.octet(i) == '%' || (in.octet(i) == ':' && i != port - 1);
            if (misplaced && !bracket) {
                return false;
            }
        }
        return to > from && in.all(HeadLexer.HOST, from, to);
    }

    /** Whether each percent sign of the path begins an escape. The query is the program's own affair. */
    private boolean escaped(int from, int to) {
        for (int i = from; i < to && in.octet(i) != '?'; i++) {
            if (in.octet(i) == '%' && (to - i < 3 || !in.hex(i + 1) || !in.hex(i + 2))) {
                return false;
            }
        }
        return true;
    }

    private int startsWithScheme(int from, int to) {
        if (in.isIgnoringCase(from, Math.min(to, from + 7), "http://")) {
            return from + 7;
        }
        return in.isIgnoringCase(from, Math.min(to, from + 8), "https://") ? from + 8 : -1;
    }

    private @Nullable Refusal version() {
        // "HTTP/d.d" and the line's end: nothing else, so that no parser sees a longer target or a header here.
        int from = in.at();
        if (in.left() < 10
                || !in.is(from, from + 5, "HTTP/")
                || !in.digit(from + 5)
                || in.octet(from + 6) != '.'
                || !in.digit(from + 7)) {
            return MALFORMED;
        }
        int major = in.octet(from + 5) - '0';
        int minor = in.octet(from + 7) - '0';
        in.advance(8);
        if (!in.lineEnd()) {
            return MALFORMED;
        }
        http10 = minor == 0;
        http11 = minor == 1;
        preface &= major == 2 && minor == 0;
        return preface || (major == 1 && (minor <= 1 || lenient)) ? null : BAD_VERSION;
    }

    /** All fields up to the empty line, each by itself. */
    private @Nullable Refusal section() {
        for (int fields = 0; !in.emptyLine(); fields++) {
            Refusal refusal = fields == maxFields ? TOO_LARGE : field();
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private @Nullable Refusal fields() {
        Refusal refusal = section();
        if (refusal != null) {
            return refusal;
        }
        if (hosts == 0 && !http10 && !connect && !preface) {
            return NO_HOST;
        }
        if (http10 && lenient) {
            // The body is as long as Content-Length says; the codec is kept from reading the field too.
            encodings = 0;
        }
        if (encodings > 1) {
            return BAD_ENCODING;
        }
        if (encodings > 0 && badTrailer) {
            return MALFORMED;
        }
        // RFC 9112 6.1: a message with both, or a 1.0 message with an encoding, may be an attempt at smuggling.
        // The codec drops the length in favour of the encoding, but for 1.1 alone.
        boolean bothPass = lenient && http11;
        return encodings > 0 && ((lengths > 0 && !bothPass) || http10) ? MALFORMED : null;
    }

    private @Nullable Refusal field() {
        int name = in.at();
        int nameEnd = in.skip(HeadLexer.TOKEN);
        if (nameEnd == name && foldable && in.blank(name)) {
            in.skip(HeadLexer.VALUE);
            return in.lineEnd() ? null : MALFORMED;
        }
        if (nameEnd == name || !in.take(':')) {
            return blankInName(name) ? BAD_NAME : MALFORMED;
        }
        in.skipBlanks();
        int value = in.at();
        int valueEnd = in.skip(HeadLexer.VALUE);
        if (!in.lineEnd()) {
            return MALFORMED;
        }
        while (valueEnd > value && in.blank(valueEnd - 1)) {
            valueEnd--;
        }
        return judge(name, nameEnd, value, valueEnd);
    }

    /** Go's server reads a name with blanks in it, and refuses it afterwards, in words of its own. */
    private boolean blankInName(int from) {
        int i = from;
        while (HeadLexer.token(in.octet(i)) || (i > from && in.octet(i) == ' ')) {
            i++;
        }
        return i > from && in.octet(i) == ':';
    }

    private @Nullable Refusal judge(int name, int nameEnd, int value, int valueEnd) {
        // The codec refuses what begins with the blank of a fold.
        foldable = lenient && valueEnd > value;
        return switch (nameEnd - name) {
            case 4 -> in.isIgnoringCase(name, nameEnd, "host") ? host(value, valueEnd) : null;
            case 7 -> in.isIgnoringCase(name, nameEnd, "trailer") ? trailer(value, valueEnd) : null;
            case 14 -> in.isIgnoringCase(name, nameEnd, "content-length") ? contentLength(value, valueEnd) : null;
            case 17 -> in.isIgnoringCase(name, nameEnd, "transfer-encoding") ? transferEncoding(value, valueEnd) : null;
            // Netty's decoder gives a request with this field of a dead websocket draft a body of eight bytes.
            case 18 -> in.isIgnoringCase(name, nameEnd, "sec-websocket-key1") ? MALFORMED : null;
            default -> null;
        };
    }

    /** As Go's server, which refuses to wait for a length behind the body. */
    private @Nullable Refusal trailer(int from, int to) {
        foldable = false;
        for (int at = from; at < to; ) {
            int end = at;
            while (end < to && in.octet(end) != ',') {
                end++;
            }
            int next = end + 1;
            while (at < end && in.blank(at)) {
                at++;
            }
            while (end > at && in.blank(end - 1)) {
                end--;
            }
            badTrailer |= in.isIgnoringCase(at, end, "transfer-encoding")
                    || in.isIgnoringCase(at, end, "content-length")
                    || in.isIgnoringCase(at, end, "trailer");
            at = next;
        }
        return null;
    }

    private @Nullable Refusal host(int from, int to) {
        foldable = false;
        if (++hosts > 1) {
            return MALFORMED;
        }
        return in.all(HeadLexer.HOST, from, to) ? null : BAD_HOST;
    }

    private @Nullable Refusal contentLength(int from, int to) {
        foldable = false;
        if ((++lengths > 1 && !lenient) || to == from || to - from > MAX_LENGTH_DIGITS) {
            return MALFORMED;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            if (!in.digit(i)) {
                return MALFORMED;
            }
            value = value * 10 + (in.octet(i) - '0');
        }
        // Octet by octet, as the codec compares them: 3 and 03 are not the same.
        if (lengths > 1 && !in.same(firstLength, firstLengthEnd, from, to)) {
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
        boolean known = to - from == 7 && in.isIgnoringCase(from, to, "chunked");
        return known || (http10 && lenient) ? null : BAD_ENCODING;
    }

    private static Refusal badRequest(String text) {
        return new Refusal(HttpResponseStatus.BAD_REQUEST, text, false);
    }
}
