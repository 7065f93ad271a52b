package dev.baton.http;

/** How Go spells the name of a field ({@code textproto.CanonicalMIMEHeaderKey}): {@code X-Request-Id}. Pure. */
public final class GoFieldName {
    private GoFieldName() {}

    /** What is no name of a field stays as it is. */
    public static String canonical(String name) {
        StringBuilder out = new StringBuilder(name.length());
        boolean first = true;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c >= 0x7f || c <= ' ' || "\"(),/:;<=>?@[\\]{}".indexOf(c) >= 0) {
                return name;
            }
            boolean lower = c >= 'a' && c <= 'z';
            boolean upper = c >= 'A' && c <= 'Z';
            out.append(first && lower ? (char) (c - 32) : !first && upper ? (char) (c + 32) : c);
            first = c == '-';
        }
        return out.toString();
    }
}
