package dev.baton.tools;

import dev.baton.tools.RelayBench.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** The figures of {@link RelayBench} for reading: median [min-max] of the rounds. */
final class RelayTable {
    private static final List<String> COLUMNS =
            List.of("size", "relay", "ms", "MB/s", "time against C", "CPU s/GB", "CPU against C");
    private static final String LIMIT = "C splice";

    private RelayTable() {}

    static String plain(Map<Integer, Map<String, Series>> all, String load, List<String> flags) {
        StringBuilder text = new StringBuilder("Baton's relays: java " + String.join(" ", flags) + "\n");
        text.append(circumstances(all, load)).append("\n\n");
        for (List<String> row : rows(all)) {
            text.append(String.format(Locale.ROOT, "%-8s %-15s %-22s %-18s %-20s %-22s %s", row.toArray(new Object[0]))
                    .stripTrailing());
            text.append('\n');
        }
        return text.toString();
    }

    static String markdown(Map<Integer, Map<String, Series>> all, String load) {
        StringBuilder text = new StringBuilder(circumstances(all, load)).append("\n\n");
        boolean header = true;
        for (List<String> row : rows(all)) {
            text.append("| ").append(String.join(" | ", row)).append(" |\n");
            if (header) {
                text.append("|---:|---|---:|---:|---:|---:|---:|\n");
                header = false;
            }
        }
        return text.toString();
    }

    private static String circumstances(Map<Integer, Map<String, Series>> all, String load) {
        int rounds = all.values()
                .iterator()
                .next()
                .values()
                .iterator()
                .next()
                .seconds()
                .size();
        return String.format(
                Locale.ROOT,
                "%d processors, load average %s before, Linux %s, JDK %s with the flags of jvm.options;"
                        + " median [min-max] of %d interleaved rounds; MB/s of 10^6 bytes.",
                Runtime.getRuntime().availableProcessors(),
                load,
                System.getProperty("os.version"),
                Runtime.version(),
                rounds);
    }

    private static List<List<String>> rows(Map<Integer, Map<String, Series>> all) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(COLUMNS);
        all.forEach((megabytes, relays) -> {
            Series limit = relays.get(LIMIT);
            double bytes = megabytes * (double) (1 << 20);
            relays.forEach((name, series) -> rows.add(List.of(
                    megabytes == 1024 ? "1 GB" : megabytes + " MB",
                    name,
                    spread(scaled(series.seconds(), 1e3)),
                    String.format(
                            Locale.ROOT,
                            "%.0f",
                            bytes / 1e6 / spreadOf(series.seconds()).median()),
                    limit == null ? "-" : spread(ratios(series.seconds(), limit.seconds())),
                    spread(scaled(series.cpuSeconds(), 1e9 / bytes)),
                    limit == null ? "-" : spread(ratios(series.cpuSeconds(), limit.cpuSeconds())))));
        });
        return rows;
    }

    private static List<Double> scaled(List<Double> values, double factor) {
        return values.stream().map(value -> value * factor).toList();
    }

    /** Round by round: what else the machine did then met both. */
    private static List<Double> ratios(List<Double> values, List<Double> limits) {
        return IntStream.range(0, values.size())
                .mapToObj(round -> values.get(round) / limits.get(round))
                .toList();
    }

    private static Spread spreadOf(List<Double> values) {
        return Spread.of(values.stream().mapToDouble(value -> value).toArray());
    }

    private static String spread(List<Double> values) {
        return spreadOf(values).toString();
    }
}
