package dev.baton.http;

import java.util.Arrays;

/**
 * The octets of an HTTP/1 head and how far they have been read: kinds of characters, texts, line ends (RFC 9112 section 2.2); what they
 * mean is {@link RequestHead}'s affair. A head ends with an empty line, whose LF is of no kind: nothing here reads past it. Pure.
 */
final class HeadLexer {
    static final byte TOKEN = 1;
    static final byte TARGET = 2;
    static final byte VALUE = 4;
    static final byte HOST = 8;
    private static final byte[] KIND = kinds();

    private byte[] bytes = {};
    private int at;
    private int end;

    void begin(byte[] head, int length) {
        bytes = head;
        at = 0;
        end = length;
    }

    int at() {
        return at;
    }

    int left() {
        return end - at;
    }

    byte octet(int index) {
        return bytes[index];
    }

    /** Consumes the octet if it is the next one. */
    boolean take(char octet) {
        if (bytes[at] != octet) {
            return false;
        }
        at++;
        return true;
    }

    void advance(int octets) {
        at += octets;
    }

    /** Consumes what is of the kind, or nothing, and returns where that ends. */
    int skip(byte kind) {
        while ((KIND[bytes[at] & 0xff] & kind) != 0) {
            at++;
        }
        return at;
    }

    void skipBlanks() {
        while (blank(at)) {
            at++;
        }
    }

    /** Consumes the line's end: CRLF, or LF alone, which RFC 9112 2.2 lets a recipient take for one. */
    boolean lineEnd() {
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

    boolean emptyLine() {
        return bytes[at] == '\n' || (bytes[at] == '\r' && bytes[at + 1] == '\n');
    }

    boolean all(byte kind, int from, int to) {
        for (int i = from; i < to; i++) {
            if ((KIND[bytes[i] & 0xff] & kind) == 0) {
                return false;
            }
        }
        return true;
    }

    boolean blank(int index) {
        return bytes[index] == ' ' || bytes[index] == '\t';
    }

    boolean digit(int index) {
        return bytes[index] >= '0' && bytes[index] <= '9';
    }

    boolean hex(int index) {
        int b = bytes[index] | 0x20;
        return digit(index) || (b >= 'a' && b <= 'f');
    }

    boolean is(int from, int to, String text) {
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

    boolean same(int from, int to, int otherFrom, int otherTo) {
        return Arrays.equals(bytes, from, to, bytes, otherFrom, otherTo);
    }

    /** For texts without capitals; only letters are folded. */
    boolean isIgnoringCase(int from, int to, String text) {
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

    /** Whether this may be in a token, RFC 9110 section 5.6.2. */
    static boolean token(byte b) {
        return (KIND[b & 0xff] & TOKEN) != 0;
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
