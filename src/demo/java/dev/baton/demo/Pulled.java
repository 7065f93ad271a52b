package dev.baton.demo;

/**
 * Bytes of objects that have crossed one sidecar's pull port, as its {@code baton_pull_bytes_total} counts them.
 *
 * @param out handed to other sidecars
 * @param in fetched from other sidecars
 */
record Pulled(long out, long in) {
    private static final String METRIC = "baton_pull_bytes_total{";

    /** Reads the counters off a Prometheus page; a counter that is not there yet has counted nothing. */
    static Pulled parse(String prometheus) {
        long out = 0;
        long in = 0;
        for (String line : prometheus.lines().toList()) {
            if (line.startsWith(METRIC)) {
                long value = (long)
                        Double.parseDouble(line.substring(line.indexOf('}') + 1).strip());
                out += line.contains("direction=\"out\"") ? value : 0;
                in += line.contains("direction=\"in\"") ? value : 0;
            }
        }
        return new Pulled(out, in);
    }

    Pulled since(Pulled before) {
        return new Pulled(out - before.out, in - before.in);
    }
}
