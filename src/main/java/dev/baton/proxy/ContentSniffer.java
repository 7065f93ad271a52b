package dev.baton.proxy;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Guesses a media type from a body's first bytes, as Go's {@code http.DetectContentType} does (WHATWG MIME Sniffing, section 7).
 * Used only where {@code BATON_IMITATE} asks for it. Pure.
 */
final class ContentSniffer {
    /** As many bytes decide. */
    static final int LENGTH = 512;

    private static final String HTML = "text/html; charset=utf-8";
    private static final String[] TAGS = {
        "<!DOCTYPE HTML",
        "<HTML",
        "<HEAD",
        "<SCRIPT",
        "<IFRAME",
        "<H1",
        "<DIV",
        "<FONT",
        "<TABLE",
        "<A",
        "<STYLE",
        "<TITLE",
        "<B",
        "<BODY",
        "<BR",
        "<P",
        "<!--"
    };

    /** Beginnings in ISO 8859-1, where a question mark stands for any byte, and what they mean. */
    private static final String[][] BEGINNINGS = {
        {"%PDF-", "application/pdf"},
        {"%!PS-Adobe-", "application/postscript"},
        {"\u00fe\u00ff??", "text/plain; charset=utf-16be"},
        {"\u00ff\u00fe??", "text/plain; charset=utf-16le"},
        {"\u00ef\u00bb\u00bf?", "text/plain; charset=utf-8"},
        {"\0\0\1\0", "image/x-icon"},
        {"\0\0\2\0", "image/x-icon"},
        {"BM", "image/bmp"},
        {"GIF87a", "image/gif"},
        {"GIF89a", "image/gif"},
        {"RIFF????WEBPVP", "image/webp"},
        {"\u0089PNG\r\n\u001a\n", "image/png"},
        {"\u00ff\u00d8\u00ff", "image/jpeg"},
        {"FORM????AIFF", "audio/aiff"},
        {"ID3", "audio/mpeg"},
        {"OggS\0", "application/ogg"},
        {"MThd\0\0\0\6", "audio/midi"},
        {"RIFF????AVI ", "video/avi"},
        {"RIFF????WAVE", "audio/wave"},
        {"\u001aE\u00df\u00a3", "video/webm"},
        {"\0\1\0\0", "font/ttf"},
        {"OTTO", "font/otf"},
        {"ttcf", "font/collection"},
        {"wOFF", "font/woff"},
        {"wOF2", "font/woff2"},
        {"\u001f\u008b\b", "application/x-gzip"},
        {"PK\3\4", "application/zip"},
        {"Rar!\u001a\7\0", "application/x-rar-compressed"},
        {"Rar!\u001a\7\1\0", "application/x-rar-compressed"},
        {"\0asm", "application/wasm"},
    };

    private ContentSniffer() {}

    /** The type of a body that begins like this; at most {@link #LENGTH} bytes are looked at. */
    static String type(byte[] beginning) {
        String body = new String(beginning, 0, Math.min(beginning.length, LENGTH), StandardCharsets.ISO_8859_1);
        int text = 0;
        while (text < body.length() && "\t\n\f\r ".indexOf(body.charAt(text)) >= 0) {
            text++;
        }
        if (html(body, text)) {
            return HTML;
        }
        if (body.startsWith("<?xml", text)) {
            return "text/xml; charset=utf-8";
        }
        for (String[] beginningAndType : BEGINNINGS) {
            if (matches(body, beginningAndType[0])) {
                return beginningAndType[1];
            }
        }
        if (mp4(body)) {
            return "video/mp4";
        }
        return binary(body, text) ? "application/octet-stream" : "text/plain; charset=utf-8";
    }

    /** A tag counts when it ends there: with a space or a closing bracket. */
    private static boolean html(String body, int from) {
        for (String tag : TAGS) {
            int end = from + tag.length();
            if (body.length() > end
                    && body.substring(from, end).toUpperCase(Locale.ROOT).equals(tag)
                    && (body.charAt(end) == ' ' || body.charAt(end) == '>')) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(String body, String pattern) {
        if (body.length() < pattern.length()) {
            return false;
        }
        for (int i = 0; i < pattern.length(); i++) {
            if (pattern.charAt(i) != '?' && pattern.charAt(i) != body.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Section 6.2.1: a box of type ftyp one of whose brands is an mp4. */
    private static boolean mp4(String body) {
        if (body.length() < 12) {
            return false;
        }
        int box = body.charAt(0) << 24 | body.charAt(1) << 16 | body.charAt(2) << 8 | body.charAt(3);
        if (box > body.length() || box < 0 || box % 4 != 0 || !body.startsWith("ftyp", 4)) {
            return false;
        }
        for (int brand = 8; brand + 3 <= box; brand += 4) {
            // The word after the major brand is its version.
            if (brand != 12 && body.startsWith("mp4", brand)) {
                return true;
            }
        }
        return false;
    }

    private static boolean binary(String body, int from) {
        for (int i = from; i < body.length(); i++) {
            char c = body.charAt(i);
            if (c <= 0x08 || c == 0x0b || (c >= 0x0e && c <= 0x1a) || (c >= 0x1c && c <= 0x1f)) {
                return true;
            }
        }
        return false;
    }
}
