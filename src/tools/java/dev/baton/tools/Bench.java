package dev.baton.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Runs one experiment on one or several distributions in turn and prints every figure with its spread. */
final class Bench {
    private Bench() {}

    /** Arguments: experiment, rounds, distribution folders. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Experiment experiment = Experiment.valueOf(arguments[0].toUpperCase(Locale.ROOT));
        int rounds = Integer.parseInt(arguments[1]);
        List<Path> dists = new ArrayList<>();
        for (int i = 2; i < arguments.length; i++) {
            dists.add(Path.of(arguments[i]).toAbsolutePath().normalize());
        }
        Path work = Files.createTempDirectory("baton-bench");
        print(dists, measure(experiment, rounds, dists, work));
        // After a failure the sidecars' logs stay.
        delete(work);
    }

    /** Interleaved: what else the machine does meets every distribution alike. */
    private static Map<Path, Map<String, List<Double>>> measure(
            Experiment experiment, int rounds, List<Path> dists, Path work) throws IOException, InterruptedException {
        Map<Path, Map<String, List<Double>>> all = new LinkedHashMap<>();
        for (int round = 1; round <= rounds; round++) {
            for (Path dist : dists) {
                System.err.printf("round %d of %d: %s%n", round, rounds, dist.getFileName());
                Map<String, List<Double>> figures = all.computeIfAbsent(dist, any -> new LinkedHashMap<>());
                experiment.round(dist, work).forEach((name, value) -> figures.computeIfAbsent(
                                name, any -> new ArrayList<>())
                        .add(value));
            }
        }
        return all;
    }

    private static void print(List<Path> dists, Map<Path, Map<String, List<Double>>> all) throws IOException {
        for (Path dist : dists) {
            System.out.println(dist + ": java " + String.join(" ", SidecarProcess.cacheFlags(dist)) + " "
                    + flags(dist.resolve("jvm.options")));
        }
        System.out.printf(
                "%d processors, JDK %s; median [min-max] of the rounds%n%n",
                Runtime.getRuntime().availableProcessors(), Runtime.version());
        for (Path dist : dists) {
            if (dists.size() > 1) {
                System.out.println(dist.getFileName());
            }
            all.getOrDefault(dist, Map.of()).forEach((name, values) -> {
                double[] figures = values.stream().mapToDouble(value -> value).toArray();
                System.out.printf("%-16s %-28s n=%d%n", name, Spread.of(figures), figures.length);
            });
        }
    }

    private static String flags(Path options) throws IOException {
        return String.join(
                " ",
                Files.readAllLines(options).stream()
                        .filter(line -> !line.isBlank() && !line.startsWith("#"))
                        .toList());
    }

    private static void delete(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
