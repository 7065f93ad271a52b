package dev.baton.metrics;

import java.util.Locale;

/** Names of request methods in telemetry: clients may invent methods, but not series or span names. Pure. */
public final class Methods {
    private static final String OTHER = "_OTHER";

    private Methods() {}

    /** The method if it is one of RFC 9110 or PATCH, in whatever case; else {@code _OTHER}. */
    public static String known(String method) {
        // The names are the literals of Netty's own methods nearly always: one comparison of references.
        return switch (method) {
            case "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "CONNECT", "TRACE" -> method;
            default -> upper(method);
        };
    }

    private static String upper(String method) {
        String upper = method.toUpperCase(Locale.ROOT);
        return switch (upper) {
            case "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "CONNECT", "TRACE" -> upper;
            default -> OTHER;
        };
    }
}
