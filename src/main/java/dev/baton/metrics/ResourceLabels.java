package dev.baton.metrics;

import dev.baton.config.Build;
import dev.baton.config.Identity;
import dev.baton.config.Observability;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Who is measured, for every metric and span: what the queue-proxy says of itself (knative.dev/serving {@code otel.go}). Pure. */
public final class ResourceLabels {
    private static final String CONTAINER = "queue-proxy";

    private ResourceLabels() {}

    /** In the order of their names; those of OTEL_RESOURCE_ATTRIBUTES that are not the queue-proxy's own among them. */
    public static List<Label> of(Identity identity, Observability observability) {
        TreeMap<String, String> labels = new TreeMap<>();
        given(observability.otel().getOrDefault("OTEL_RESOURCE_ATTRIBUTES", ""), labels);
        labels.put("container.name", CONTAINER);
        labels.put("k8s.namespace.name", identity.namespace());
        labels.put("k8s.pod.name", identity.host());
        labels.put("service.name", serviceName(identity, observability));
        labels.put("service.version", Build.commit());
        labels.put("service.instance.id", identity.host());
        putIfSet(labels, "kn.service.name", identity.service());
        putIfSet(labels, "kn.configuration.name", identity.configuration());
        putIfSet(labels, "kn.revision.name", identity.revision());
        labels.put("telemetry.sdk.language", "java");
        labels.put("telemetry.sdk.name", "baton");
        labels.put("telemetry.sdk.version", Build.commit());
        List<Label> sorted = new ArrayList<>(labels.size());
        for (Map.Entry<String, String> label : labels.entrySet()) {
            sorted.add(Label.of(label.getKey(), label.getValue()));
        }
        return sorted;
    }

    private static String serviceName(Identity identity, Observability observability) {
        for (String name : new String[] {
            observability.otel().getOrDefault("OTEL_SERVICE_NAME", ""),
            identity.service(),
            identity.configuration(),
            identity.revision()
        }) {
            if (!name.isEmpty()) {
                return name;
            }
        }
        return identity.host();
    }

    private static void putIfSet(Map<String, String> labels, String name, String value) {
        if (!value.isEmpty()) {
            labels.put(name, value);
        }
    }

    /** {@code name=value,name=value}, values percent-encoded (OpenTelemetry specification, resource SDK); what is malformed is left out. */
    private static void given(String text, Map<String, String> labels) {
        for (int from = 0; from < text.length(); ) {
            int comma = text.indexOf(',', from);
            int end = comma < 0 ? text.length() : comma;
            int equals = text.indexOf('=', from);
            if (equals > from && equals < end) {
                String value = text.substring(equals + 1, end).strip();
                try {
                    labels.put(
                            text.substring(from, equals).strip(),
                            URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8));
                } catch (IllegalArgumentException e) {
                    // A stray percent sign: as it came.
                    labels.put(text.substring(from, equals).strip(), value);
                }
            }
            from = end + 1;
        }
    }
}
