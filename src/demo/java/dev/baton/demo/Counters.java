package dev.baton.demo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongBinaryOperator;

/**
 * What one sidecar's own counters say, or several sidecars' together.
 *
 * @param bytes object bytes, without entries for nothing
 * @param fallbacks how many bodies went a slower way than they could have, by reason
 */
record Counters(Map<Flow, Long> bytes, Map<String, Long> fallbacks) {
    private static final String DESCRIPTOR = "descriptor";

    static final Counters NONE = new Counters(Map.of(), Map.of());

    Counters {
        bytes = Collections.unmodifiableMap(kept(new EnumMap<>(Flow.class), bytes));
        fallbacks = Collections.unmodifiableMap(kept(new TreeMap<>(), fallbacks));
    }

    /** Reads them off a Prometheus page; a counter that is not there yet has counted nothing. */
    static Counters parse(String prometheus) {
        Map<Flow, Long> bytes = new EnumMap<>(Flow.class);
        Map<String, Long> fallbacks = new TreeMap<>();
        for (String line : prometheus.lines().toList()) {
            int end = line.indexOf('{') < 0 ? line.indexOf(' ') : line.indexOf('{');
            switch (end < 0 ? "" : line.substring(0, end)) {
                case "baton_pull_bytes_total" ->
                    add(bytes, is(line, "direction", "out") ? Flow.PULLED_OUT : Flow.PULLED_IN, line);
                case "baton_splice_bytes_total" -> add(bytes, Flow.SPLICED, line);
                case "baton_call_bytes_total" -> add(bytes, call(line), line);
                case "baton_fallback_total" -> fallbacks.merge(label(line, "reason"), value(line), Long::sum);
                default -> {
                    // Not about where bytes went.
                }
            }
        }
        return new Counters(bytes, fallbacks);
    }

    static Counters sum(List<Counters> all) {
        return all.stream().reduce(NONE, Counters::plus);
    }

    long of(Flow flow) {
        return bytes.getOrDefault(flow, 0L);
    }

    Counters since(Counters before) {
        return combine(before, (now, then) -> now - then);
    }

    private Counters plus(Counters other) {
        return combine(other, Long::sum);
    }

    /** The same bytes without regard to how a kernel helped to move them: by splice, by descriptor or not at all. */
    Counters anyWay() {
        Map<Flow, Long> merged = new EnumMap<>(Flow.class);
        merged.putAll(bytes);
        merged.remove(Flow.SPLICED);
        merged.merge(Flow.PUT, of(Flow.PUT_MEMORY), Long::sum);
        merged.merge(Flow.GET, of(Flow.GET_MEMORY), Long::sum);
        merged.remove(Flow.PUT_MEMORY);
        merged.remove(Flow.GET_MEMORY);
        return new Counters(merged, fallbacks);
    }

    /** Such as {@code pulledOut 300 (due: 299)}: each flow in which these are not the ones due; empty if there is none. */
    List<String> differences(Counters due) {
        List<String> differences = new ArrayList<>();
        for (Flow flow : Flow.values()) {
            if (of(flow) != due.of(flow)) {
                differences.add(flow.label() + " " + of(flow) + " (due: " + due.of(flow) + ")");
            }
        }
        return differences;
    }

    /** A call of the object API that broke off has moved bytes too: they count against the step. */
    private static Flow call(String line) {
        return switch (label(line, "operation")) {
            case "put" -> is(line, "path", DESCRIPTOR) ? Flow.PUT_MEMORY : Flow.PUT;
            case "get" -> is(line, "path", DESCRIPTOR) ? Flow.GET_MEMORY : Flow.GET;
            default ->
                switch (label(line, "path")) {
                    case "neighbour" -> Flow.NEIGHBOUR;
                    case "inline" -> Flow.INLINE;
                    default -> Flow.REFERENCED;
                };
        };
    }

    private static void add(Map<Flow, Long> bytes, Flow flow, String line) {
        bytes.merge(flow, value(line), Long::sum);
    }

    private static boolean is(String line, String name, String value) {
        return label(line, name).equals(value);
    }

    private static String label(String line, String name) {
        int at = line.indexOf(name + "=\"");
        if (at < 0) {
            return "";
        }
        int start = at + name.length() + 2;
        return line.substring(start, line.indexOf('"', start));
    }

    private static long value(String line) {
        return (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
    }

    private Counters combine(Counters other, LongBinaryOperator each) {
        return new Counters(
                combine(new EnumMap<>(Flow.class), bytes, other.bytes, each),
                combine(new TreeMap<>(), fallbacks, other.fallbacks, each));
    }

    private static <K> Map<K, Long> combine(
            Map<K, Long> into, Map<K, Long> a, Map<K, Long> b, LongBinaryOperator each) {
        a.keySet().forEach(key -> into.put(key, 0L));
        b.keySet().forEach(key -> into.put(key, 0L));
        into.replaceAll((key, zero) -> each.applyAsLong(a.getOrDefault(key, 0L), b.getOrDefault(key, 0L)));
        return into;
    }

    private static <K> Map<K, Long> kept(Map<K, Long> into, Map<K, Long> from) {
        into.putAll(from);
        into.values().removeIf(n -> n == 0);
        return into;
    }
}
