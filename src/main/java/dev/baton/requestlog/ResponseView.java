package dev.baton.requestlog;

import org.jspecify.annotations.Nullable;

/**
 * What became of a request.
 *
 * @param size of the body in bytes
 * @param latency in seconds
 */
record ResponseView(int code, long size, double latency) implements Struct {
    @Override
    public String goType() {
        return "*http.RequestLogResponse";
    }

    @Override
    public @Nullable Object field(String name) {
        return switch (name) {
            case "Code" -> (long) code;
            case "Size" -> size;
            case "Latency" -> latency;
            default -> null;
        };
    }

    @Override
    public String print() {
        return "{" + code + " " + size + " " + GoFloat.shortest(latency) + "}";
    }
}
