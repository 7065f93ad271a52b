package dev.baton.otel;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;

/** Writes each span as one line of JSON, as Go's {@code stdouttrace} does. Used by the SDK's exporting thread alone; blocks. */
final class StdoutSpans implements SpanExporter {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final OutputStream out;

    StdoutSpans(OutputStream out) {
        this.out = out;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        try {
            for (SpanData span : spans) {
                out.write(line(span).getBytes(StandardCharsets.UTF_8));
            }
            return CompletableResultCode.ofSuccess();
        } catch (IOException e) {
            return CompletableResultCode.ofExceptionalFailure(e);
        }
    }

    static String line(SpanData span) {
        StringBuilder json = new StringBuilder(1024);
        json.append("{\"Name\":");
        JsonText.string(json, span.getName());
        json.append(",\"SpanContext\":");
        context(json, span.getSpanContext());
        json.append(",\"Parent\":");
        context(json, span.getParentSpanContext());
        json.append(",\"SpanKind\":").append(kind(span.getKind()));
        json.append(",\"StartTime\":\"").append(time(span.getStartEpochNanos()));
        json.append("\",\"EndTime\":\"").append(time(span.getEndEpochNanos()));
        json.append("\",\"Attributes\":");
        attributes(json, span.getAttributes());
        json.append(",\"Events\":null,\"Links\":null,\"Status\":{\"Code\":\"")
                .append(status(span.getStatus().getStatusCode()));
        json.append("\",\"Description\":");
        JsonText.string(json, span.getStatus().getDescription());
        json.append("},\"DroppedAttributes\":0,\"DroppedEvents\":0,\"DroppedLinks\":0,\"Resource\":");
        attributes(json, span.getResource().getAttributes());
        json.append(",\"InstrumentationScope\":{\"Name\":");
        JsonText.string(json, span.getInstrumentationScopeInfo().getName());
        return json.append(",\"Version\":\"\",\"SchemaURL\":\"\"}}\n").toString();
    }

    private static int kind(SpanKind kind) {
        return switch (kind) {
            case INTERNAL -> 1;
            case SERVER -> 2;
            case CLIENT -> 3;
            case PRODUCER -> 4;
            case CONSUMER -> 5;
        };
    }

    private static String status(StatusCode code) {
        return switch (code) {
            case UNSET -> "Unset";
            case OK -> "Ok";
            case ERROR -> "Error";
        };
    }

    private static Instant time(long nanos) {
        return Instant.ofEpochSecond(nanos / NANOS_PER_SECOND, nanos % NANOS_PER_SECOND);
    }

    private static void context(StringBuilder json, SpanContext context) {
        json.append("{\"TraceID\":\"").append(context.getTraceId());
        json.append("\",\"SpanID\":\"").append(context.getSpanId());
        json.append("\",\"TraceFlags\":\"").append(context.getTraceFlags().asHex());
        json.append("\",\"TraceState\":");
        StringBuilder state = new StringBuilder();
        context.getTraceState().forEach((key, value) -> state.append(state.isEmpty() ? "" : ",")
                .append(key)
                .append('=')
                .append(value));
        JsonText.string(json, state.toString());
        json.append(",\"Remote\":").append(context.isRemote()).append('}');
    }

    private static void attributes(StringBuilder json, Attributes attributes) {
        json.append('[');
        boolean first = true;
        for (Map.Entry<AttributeKey<?>, Object> attribute : attributes.asMap().entrySet()) {
            json.append(first ? "" : ",").append("{\"Key\":");
            first = false;
            JsonText.string(json, attribute.getKey().getKey());
            if (attribute.getValue() instanceof Long number) {
                json.append(",\"Value\":{\"Type\":\"INT64\",\"Value\":").append(number.longValue());
            } else {
                json.append(",\"Value\":{\"Type\":\"STRING\",\"Value\":");
                JsonText.string(json, attribute.getValue().toString());
            }
            json.append("}}");
        }
        json.append(']');
    }

    @Override
    public CompletableResultCode flush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        return CompletableResultCode.ofSuccess();
    }
}
