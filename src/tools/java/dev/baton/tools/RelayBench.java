package dev.baton.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs one message size after the other through every relay in turn, round by round, and hands the figures to {@link RelayTable}. */
final class RelayBench {
    private static final int MEGABYTE = 1 << 20;
    /** What one relay moves of one size in one round, at the least. */
    private static final long VOLUME = 500L * MEGABYTE;

    private static final int WARM_UP = 200;
    /** The first is what the others are compared with. */
    private static final List<String> C_WAYS = List.of("splice", "copy");

    private static final List<String> BATON_WAYS = List.of("splice", "copy", "fallback");

    private RelayBench() {}

    /** What was measured of one relay and one size, by round. */
    record Series(List<Double> seconds, List<Double> cpuSeconds) {
        Series() {
            this(new ArrayList<>(), new ArrayList<>());
        }
    }

    /** Arguments: rounds, distribution folder, the C relay or "", plain or markdown, the relays' address, the ends' address, words ahead of each relay's command. */
    public static void main(String[] arguments) throws IOException {
        int rounds = Integer.parseInt(arguments[0]);
        Path dist = Path.of(arguments[1]).toAbsolutePath().normalize();
        List<String> ahead = List.of(arguments).subList(6, arguments.length);
        Map<String, List<String>> commands = commands(dist, arguments[2], ahead);
        Map<Relay, RelayEnds> relays = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, List<String>> command : commands.entrySet()) {
                RelayEnds ends = new RelayEnds(arguments[5]);
                Relay relay = Relay.start(command.getKey(), command.getValue(), dist, arguments[4], ends.receiver());
                relays.put(relay, ends);
                ends.connect(relay.address());
            }
            String load = ProcessFigures.loadAverage();
            Map<Integer, Map<String, Series>> all = measure(relays, rounds);
            System.out.print(
                    arguments[3].equals("markdown")
                            ? RelayTable.markdown(all, load)
                            : RelayTable.plain(all, load, flags(dist)));
        } finally {
            for (Map.Entry<Relay, RelayEnds> each : relays.entrySet()) {
                each.getValue().close();
                each.getKey().close();
            }
        }
    }

    private static Map<String, List<String>> commands(Path dist, String c, List<String> ahead) throws IOException {
        Map<String, List<String>> commands = new LinkedHashMap<>();
        if (!c.isEmpty()) {
            for (String way : C_WAYS) {
                commands.put("C " + way, joined(ahead, List.of(c, way)));
            }
        }
        List<String> java = new ArrayList<>();
        java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        java.addAll(flags(dist));
        String classes =
                Path.of(System.getProperty("java.class.path")).toAbsolutePath().toString();
        java.addAll(List.of("-cp", dist.resolve("baton.jar") + ":" + classes, "dev.baton.wire.RelayProcess"));
        for (String way : BATON_WAYS) {
            commands.put("Baton " + way, joined(joined(ahead, java), List.of(way)));
        }
        return commands;
    }

    private static List<String> joined(List<String> some, List<String> more) {
        List<String> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    /** The flags that ship, without what names the sidecar's own jar and main class. */
    private static List<String> flags(Path dist) throws IOException {
        return Files.readAllLines(dist.resolve("jvm.options")).stream()
                .filter(line -> line.startsWith("-") && !line.startsWith("-cp "))
                .toList();
    }

    private static Map<Integer, Map<String, Series>> measure(Map<Relay, RelayEnds> relays, int rounds)
            throws IOException {
        int[] megabytes = {1, 100, 1024};
        for (RelayEnds ends : relays.values()) {
            for (int i = 0; i < WARM_UP; i++) {
                ends.send(MEGABYTE, true);
            }
            ends.send(100L * MEGABYTE, true);
        }
        Map<Integer, Map<String, Series>> all = new LinkedHashMap<>();
        for (int round = 1; round <= rounds; round++) {
            System.err.printf("round %d of %d%n", round, rounds);
            for (int size : megabytes) {
                for (Map.Entry<Relay, RelayEnds> each : relays.entrySet()) {
                    Series series = all.computeIfAbsent(size, any -> new LinkedHashMap<>())
                            .computeIfAbsent(each.getKey().name(), any -> new Series());
                    measure(each.getKey(), each.getValue(), (long) size * MEGABYTE, series);
                }
            }
        }
        return all;
    }

    /** Adds the mean time of one message and the processor time of the relay for it. */
    private static void measure(Relay relay, RelayEnds ends, long bytes, Series series) throws IOException {
        int count = (int) Math.max(1, VOLUME / bytes);
        CpuMeter cpu = CpuMeter.start(relay.pid());
        long nanos = 0;
        for (int i = 0; i < count; i++) {
            nanos += ends.send(bytes, false);
        }
        series.cpuSeconds().add(cpu.seconds() / count);
        series.seconds().add(nanos / 1e9 / count);
    }
}
