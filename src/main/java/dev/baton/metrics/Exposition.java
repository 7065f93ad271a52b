package dev.baton.metrics;

import dev.baton.metrics.Family.Kind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Families in Prometheus' text format 0.0.4, under the names and labels that OpenTelemetry's Prometheus exporter makes of them
 * (specification "Prometheus and OpenMetrics compatibility"), in the order and the number format of Go's client. Pure.
 */
final class Exposition {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

    private record Named(String name, Family family) {}

    private final StringBuilder text = new StringBuilder(16 * 1024);

    private Exposition() {}

    /** @param resource who is measured: becomes {@code target_info}, unless it is empty */
    static String of(List<Family> families, List<Label> resource) {
        List<Named> named = new ArrayList<>(families.size() + 1);
        for (Family family : families) {
            named.add(new Named(name(family), family));
        }
        if (!resource.isEmpty()) {
            Family info = new Family(
                    "target_info", "", "Target metadata", Kind.GAUGE, true, "", List.of(new Point.Value(resource, 1)));
            named.add(new Named("target_info", info));
        }
        named.sort(Comparator.comparing(Named::name));
        Exposition exposition = new Exposition();
        for (Named each : named) {
            exposition.family(each.name(), each.family());
        }
        return exposition.text.toString();
    }

    private static String name(Family family) {
        String name = underscored(family.name());
        if (family.scope().isEmpty()) {
            return name;
        }
        String unit =
                switch (family.unit()) {
                    case "s" -> "_seconds";
                    case "By" -> "_bytes";
                    case "1" -> family.kind() == Kind.GAUGE ? "_ratio" : "";
                    default -> "";
                };
        if (!name.endsWith(unit)) {
            name += unit;
        }
        return family.kind() == Kind.COUNTER ? name + "_total" : name;
    }

    private static String underscored(String name) {
        return name.replace('.', '_');
    }

    private void family(String name, Family family) {
        text.append("# HELP ").append(name).append(' ');
        escaped(family.help(), false);
        text.append("\n# TYPE ")
                .append(name)
                .append(' ')
                .append(type(family.kind()))
                .append('\n');
        for (Point point : family.points()) {
            String labels = labels(point.labels(), family.scope());
            switch (point) {
                case Point.Value value -> sample(name, "", labels, "", number(value.value()));
                case Point.Spread spread -> spread(name, labels, spread.distribution());
            }
        }
    }

    private void spread(String name, String labels, Distribution counts) {
        List<Double> bounds = counts.buckets().bounds();
        long below = 0;
        for (int i = 0; i < bounds.size(); i++) {
            below += counts.count(i);
            sample(name, "_bucket", labels, number(bounds.get(i)), Long.toString(below));
        }
        String all = Long.toString(below + counts.count(bounds.size()));
        sample(name, "_bucket", labels, "+Inf", all);
        sample(name, "_sum", labels, "", number(counts.sum()));
        sample(name, "_count", labels, "", all);
    }

    private static String type(Kind kind) {
        return switch (kind) {
            case COUNTER -> "counter";
            case GAUGE, UP_DOWN_COUNTER -> "gauge";
            case HISTOGRAM -> "histogram";
        };
    }

    /** Without the braces, so that {@code le} can follow. */
    private String labels(List<Label> own, String scope) {
        List<Label> labels = new ArrayList<>(own.size() + 3);
        for (Label label : own) {
            labels.add(new Label(underscored(label.name()), label.value()));
        }
        if (!scope.isEmpty()) {
            labels.add(Label.of("otel_scope_name", scope));
            labels.add(Label.of("otel_scope_schema_url", ""));
            labels.add(Label.of("otel_scope_version", ""));
        }
        labels.sort(Comparator.comparing(Label::name));
        int from = text.length();
        for (Label label : labels) {
            if (text.length() > from) {
                text.append(',');
            }
            text.append(label.name()).append("=\"");
            escaped(label.value().toString(), true);
            text.append('"');
        }
        String written = text.substring(from);
        text.setLength(from);
        return written;
    }

    private void sample(String name, String suffix, String labels, String below, String value) {
        text.append(name).append(suffix);
        if (!labels.isEmpty() || !below.isEmpty()) {
            text.append('{').append(labels);
            if (!below.isEmpty()) {
                text.append(labels.isEmpty() ? "" : ",")
                        .append("le=\"")
                        .append(below)
                        .append('"');
            }
            text.append('}');
        }
        text.append(' ').append(value).append('\n');
    }

    private void escaped(String value, boolean quoted) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\') {
                text.append("\\\\");
            } else if (c == '\n') {
                text.append("\\n");
            } else if (c == '"' && quoted) {
                text.append("\\\"");
            } else {
                text.append(c);
            }
        }
    }

    /** As Go's {@code strconv.FormatFloat(value, 'g', -1, 64)}: shortest, and with an exponent only beyond 21 digits or below 1e-4. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        if (value == 0) {
            return "0";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -4 && exponent < 21) {
            return shortest.toPlainString();
        }
        String digits = shortest.unscaledValue().abs().toString();
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        String sign = exponent < 0 ? "-" : "+";
        int size = Math.abs(exponent);
        return (value < 0 ? "-" : "") + mantissa + "e" + sign + (size < 10 ? "0" : "") + size;
    }
}
