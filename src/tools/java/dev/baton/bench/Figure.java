package dev.baton.bench;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is measured, with its unit. */
enum Figure {
    CPU("CPU-s/10k"),
    RATE("requests/s"),
    P50("p50 ms"),
    P99("p99 ms"),
    P999("p99.9 ms"),
    EARLY_P50("p50 ms after 5 s"),
    EARLY_P99("p99 ms after 5 s"),
    EARLY_P999("p99.9 ms after 5 s"),
    MEMORY("KiB/connection");

    private static final Pattern LOAD =
            Pattern.compile("requests=(\\d+) seconds=([\\d.]+) p50=(\\d+) p99=(\\d+) p999=(\\d+) .*", Pattern.DOTALL);

    final String unit;

    Figure(String unit) {
        this.unit = unit;
    }

    /**
     * What the client of {@code integration/load} printed.
     *
     * @param cpuSeconds of the proxy meanwhile
     */
    static Map<Figure, Double> of(String line, double cpuSeconds) throws IOException {
        Matcher match = LOAD.matcher(line);
        if (!match.matches()) {
            throw new IOException("not what the client prints: " + line);
        }
        double requests = Double.parseDouble(match.group(1));
        Map<Figure, Double> figures = new LinkedHashMap<>();
        figures.put(CPU, cpuSeconds * 10_000 / requests);
        figures.put(RATE, requests / Double.parseDouble(match.group(2)));
        figures.put(P50, Long.parseLong(match.group(3)) / 1e3);
        figures.put(P99, Long.parseLong(match.group(4)) / 1e3);
        figures.put(P999, Long.parseLong(match.group(5)) / 1e3);
        return figures;
    }
}
