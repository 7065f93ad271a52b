package dev.baton.demo;

/**
 * Bytes of objects that have crossed one sidecar's pull port, as its {@code baton_pull_bytes_total} counts them.
 *
 * @param out handed to other sidecars
 * @param in fetched from other sidecars
 */
record Pulled(long out, long in) {
    private static final String METRIC = "baton_pull_bytes_total{";
    private static final String SPLICED = "baton_splice_bytes_total";

    /** Reads the counters off a Prometheus page; a counter that is not there yet has counted nothing. */
    static Pulled parse(String prometheus) {
        long out = 0;
        long in = 0;
        for (String line : prometheus.lines().toList()) {
            if (line.startsWith(METRIC)) {
                out += line.contains("direction=\"out\"") ? value(line) : 0;
                in += line.contains("direction=\"in\"") ? value(line) : 0;
            }
        }
        return new Pulled(out, in);
    }

    /** Of the fetched bytes, those that never came into the sidecar's process. */
    static long spliced(String prometheus) {
        return prometheus
                .lines()
                .filter(line -> line.startsWith(SPLICED))
                .mapToLong(Pulled::value)
                .sum();
    }

    private static long value(String line) {
        return (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
    }

    Pulled since(Pulled before) {
        return new Pulled(out - before.out, in - before.in);
    }
}
