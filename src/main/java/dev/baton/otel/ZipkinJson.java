package dev.baton.otel;

import dev.baton.config.Identity;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Spans as Zipkin's API v2 takes them ({@code POST /api/v2/spans}), translated by OpenTelemetry's specification of its Zipkin
 * exporters. The local endpoint is the pod, as the queue-proxy of those versions names it. Pure.
 */
final class ZipkinJson {
    private static final long NANOS_PER_MICRO = 1000;

    private static final AttributeKey<String> PEER_ADDRESS = AttributeKey.stringKey("network.peer.address");
    private static final AttributeKey<Long> PEER_PORT = AttributeKey.longKey("network.peer.port");
    private static final AttributeKey<String> SERVER_ADDRESS = AttributeKey.stringKey("server.address");
    private static final AttributeKey<Long> SERVER_PORT = AttributeKey.longKey("server.port");

    private final String localEndpoint;

    ZipkinJson(Identity pod) {
        StringBuilder json = new StringBuilder(80);
        endpoint(json, "localEndpoint", pod.pod(), pod.podIp(), null);
        localEndpoint = json.toString();
    }

    /** One array of all of them, in UTF-8. */
    byte[] of(Collection<SpanData> spans) {
        StringBuilder json = new StringBuilder(512 * spans.size());
        char next = '[';
        for (SpanData span : spans) {
            span(json.append(next), span);
            next = ',';
        }
        return (spans.isEmpty() ? json.append('[') : json)
                .append(']')
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    private void span(StringBuilder json, SpanData span) {
        json.append("{\"traceId\":\"").append(span.getTraceId());
        json.append("\",\"id\":\"").append(span.getSpanId());
        if (span.getParentSpanContext().isValid()) {
            json.append("\",\"parentId\":\"").append(span.getParentSpanId());
        }
        // Zipkin has no word for what stays inside the process.
        if (span.getKind() != SpanKind.INTERNAL) {
            json.append("\",\"kind\":\"").append(span.getKind().name());
        }
        json.append("\",\"name\":");
        JsonText.string(json, span.getName());
        long nanos = span.getEndEpochNanos() - span.getStartEpochNanos();
        json.append(",\"timestamp\":").append(span.getStartEpochNanos() / NANOS_PER_MICRO);
        json.append(",\"duration\":").append(Math.max(1, nanos / NANOS_PER_MICRO));
        json.append(localEndpoint);
        remoteEndpoint(json, span);
        tags(json, span);
        json.append('}');
    }

    private static void remoteEndpoint(StringBuilder json, SpanData span) {
        Attributes attributes = span.getAttributes();
        if (span.getKind() == SpanKind.SERVER) {
            endpoint(json, "remoteEndpoint", "", attributes.get(PEER_ADDRESS), attributes.get(PEER_PORT));
        } else if (span.getKind() == SpanKind.CLIENT) {
            endpoint(json, "remoteEndpoint", "", attributes.get(SERVER_ADDRESS), attributes.get(SERVER_PORT));
        }
    }

    private static void endpoint(
            StringBuilder json, String key, String service, @Nullable String address, @Nullable Long port) {
        if (address == null || (service.isEmpty() && address.isEmpty())) {
            return;
        }
        json.append(",\"").append(key).append("\":{");
        String comma = "";
        if (!service.isEmpty()) {
            json.append("\"serviceName\":");
            JsonText.string(json, service);
            comma = ",";
        }
        if (!address.isEmpty()) {
            json.append(comma).append(address.indexOf(':') < 0 ? "\"ipv4\":" : "\"ipv6\":");
            JsonText.string(json, address);
        }
        if (port != null) {
            json.append(",\"port\":").append(port.longValue());
        }
        json.append('}');
    }

    private static void tags(StringBuilder json, SpanData span) {
        json.append(",\"tags\":{\"otel.scope.name\":");
        JsonText.string(json, span.getInstrumentationScopeInfo().getName());
        for (Map.Entry<AttributeKey<?>, Object> attribute :
                span.getAttributes().asMap().entrySet()) {
            tag(json, attribute.getKey().getKey(), attribute.getValue().toString());
        }
        if (span.getStatus().getStatusCode() == StatusCode.ERROR) {
            tag(json, "otel.status_code", "ERROR");
            // Its presence is what marks a span as failed, whatever it holds.
            tag(json, "error", span.getStatus().getDescription());
        }
        json.append('}');
    }

    private static void tag(StringBuilder json, String name, String value) {
        json.append(',');
        JsonText.string(json, name);
        json.append(':');
        JsonText.string(json, value);
    }
}
