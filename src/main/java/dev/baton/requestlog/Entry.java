package dev.baton.requestlog;

import org.jspecify.annotations.Nullable;

/** What a template is applied to. */
record Entry(RequestView request, ResponseView response, RevisionView revision, String traceId) implements Struct {
    @Override
    public String goType() {
        return "*http.RequestLogTemplateInput";
    }

    @Override
    public @Nullable Object field(String name) {
        return switch (name) {
            case "Request" -> request;
            case "Response" -> response;
            case "Revision" -> revision;
            case "TraceID" -> traceId;
            default -> null;
        };
    }
}
