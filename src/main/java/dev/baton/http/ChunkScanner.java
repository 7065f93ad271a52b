package dev.baton.http;

import io.netty.buffer.ByteBuf;

/**
 * Follows the framing of a chunked body (RFC 9112 section 7.1) byte by byte up to the last chunk's line; the data itself is
 * skipped, not read. Pure.
 */
final class ChunkScanner {
    private enum State {
        FIRST_DIGIT,
        SIZE,
        BLANKS,
        EXTENSION,
        VALUE,
        TOKEN,
        QUOTED,
        ESCAPED,
        UNQUOTED,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        END,
        BAD
    }

    /** Longest chunk-size line, extensions included. */
    private static final int MAX_LINE = 1024;

    /** Go's, the size and its line's end included. */
    private static final int LENIENT_MAX_LINE = 4094;

    /** Zeros included; what they say must fit in an int, as Netty's decoder wants it. */
    private static final int MAX_DIGITS = 16;

    private static final String BAD_BYTE = "invalid byte in chunk length";
    private static final String TOO_LARGE = "http chunk length too large";
    private static final String BAD_DATA = "malformed chunked encoding";

    private final boolean lenient;
    private State state = State.END;
    private String fault = "";
    private long remaining;
    private int line;

    /** @param lenient whether blanks may follow a size, and anything its semicolon, as in Go */
    ChunkScanner(boolean lenient) {
        this.lenient = lenient;
    }

    void begin() {
        state = State.FIRST_DIGIT;
    }

    /** The line of the last chunk has been passed; trailers follow. */
    boolean ended() {
        return state == State.END;
    }

    /** No chunk has begun whose data are incomplete: their end may follow with the next one, whenever that comes. */
    boolean between() {
        return state == State.FIRST_DIGIT || state == State.DATA_CR || state == State.DATA_LF;
    }

    /** The framing is broken; nothing after this byte means anything. */
    boolean bad() {
        return state == State.BAD;
    }

    /** After it has been found bad: what Go's reader of chunks says to that. */
    String fault() {
        return fault;
    }

    /** Returns the index after the last sound byte: {@code to}, unless the scanner has ended or found the framing bad. */
    int scan(ByteBuf in, int from, int to) {
        int at = from;
        while (at < to && state != State.END && state != State.BAD) {
            if (state == State.DATA) {
                int data = (int) Math.min(remaining, to - at);
                at += data;
                remaining -= data;
                if (remaining == 0) {
                    state = State.DATA_CR;
                }
            } else {
                byte b = in.getByte(at);
                state = next(b);
                if (lenient && state == State.EXTENSION && b != ';') {
                    // Go looks at no extension; the decoder behind does, and the program gets none in any case.
                    in.setByte(at, 'x');
                }
                if (state != State.BAD) {
                    at++;
                }
            }
        }
        return at;
    }

    private State next(byte b) {
        return switch (state) {
            case FIRST_DIGIT -> {
                remaining = 0;
                line = 0;
                yield b == '\r' || b == ';' ? bad("empty hex number for chunk length") : digit(b);
            }
            case SIZE -> {
                if (b == '\r') {
                    yield State.SIZE_LF;
                }
                if (lenient && blank(b)) {
                    yield State.BLANKS;
                }
                yield b == ';' ? State.EXTENSION : digit(b);
            }
            case BLANKS -> b == '\r' ? State.SIZE_LF : blank(b) ? State.BLANKS : badLine(b);
            case EXTENSION, VALUE, TOKEN, QUOTED, ESCAPED, UNQUOTED -> extensionWithin(b);
            case SIZE_LF -> {
                if (b != '\n') {
                    yield bad("invalid CR in chunked line");
                }
                yield remaining == 0 ? State.END : State.DATA;
            }
            case DATA_CR -> b == '\r' ? State.DATA_LF : bad(BAD_DATA);
            case DATA_LF -> b == '\n' ? State.FIRST_DIGIT : bad(BAD_DATA);
            case DATA, END, BAD -> throw new IllegalStateException(state.name());
        };
    }

    private State bad(String why) {
        fault = why;
        return State.BAD;
    }

    private State badLine(byte b) {
        return bad(b == '\n' ? "chunked line ends with bare LF" : BAD_BYTE);
    }

    private static boolean blank(byte b) {
        return b == ' ' || b == '\t';
    }

    private State extensionWithin(byte b) {
        if (++line > (lenient ? LENIENT_MAX_LINE : MAX_LINE)) {
            return bad("header line too long");
        }
        if (lenient) {
            return b == '\r' ? State.SIZE_LF : b == '\n' ? badLine(b) : State.EXTENSION;
        }
        State next = extension(b);
        return next == State.BAD ? badLine(b) : next;
    }

    /** RFC 9112 section 7.1.1, and no more: the decoder behind takes what it cannot read for the end of the body. */
    private State extension(byte b) {
        boolean blank = blank(b);
        return switch (state) {
            case EXTENSION -> b == '=' ? State.VALUE : blank || HeadLexer.token(b) ? State.EXTENSION : after(b);
            case VALUE -> {
                if (blank) {
                    yield State.VALUE;
                }
                yield b == '"' ? State.QUOTED : HeadLexer.token(b) ? State.TOKEN : State.BAD;
            }
            case TOKEN -> HeadLexer.token(b) ? State.TOKEN : after(b);
            case QUOTED -> b == '"' ? State.UNQUOTED : b == '\\' ? State.ESCAPED : quoted(b);
            case ESCAPED -> quoted(b);
            case UNQUOTED -> blank ? State.UNQUOTED : after(b);
            default -> throw new IllegalStateException(state.name());
        };
    }

    private static State after(byte b) {
        return switch (b) {
            case ';' -> State.EXTENSION;
            case '\r' -> State.SIZE_LF;
            default -> State.BAD;
        };
    }

    private static State quoted(byte b) {
        return (b >= 0x20 && b != 0x7f) || b == '\t' ? State.QUOTED : State.BAD;
    }

    private State digit(byte b) {
        int digit = Character.digit(b, 16);
        // Character.digit knows digits beyond ASCII, but none among bytes: negative ones are no code points.
        if (digit < 0) {
            return badLine(b);
        }
        if (++line > MAX_DIGITS) {
            return bad(TOO_LARGE);
        }
        remaining = remaining << 4 | digit;
        return remaining <= Integer.MAX_VALUE ? State.SIZE : bad(TOO_LARGE);
    }
}
