package dev.baton.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One kind of load. Its figures are those of one measurement on one proxy. */
sealed interface Job {
    /** How the table names it. */
    String title();

    /** The proxy's limit on concurrency, 0 for none. */
    default int concurrency() {
        return 0;
    }

    default UserProgram user() {
        return UserProgram.HTTP1;
    }

    /** Whether it wants a proxy that has just been started. */
    default boolean fresh() {
        return false;
    }

    /** The goals, as ratios to the Go queue-proxy, by figure. */
    Map<Figure, Double> goals();

    /** The figure of the plots. */
    default Figure plotted() {
        return Figure.CPU;
    }

    /** Measures once. Blocks. */
    Map<Figure, Double> measure(Pod pod, Path work) throws IOException, InterruptedException;

    /** Brings the proxy to the state in which it is measured. Blocks. */
    void warmUp(Pod pod, Path work) throws IOException, InterruptedException;

    /** All jobs in the order of the table. */
    static List<Job> all() {
        return List.of(
                new Saturated("GET 1 KB", 0, 200, 0, 1024, 0.40),
                new Saturated("GET 1 KB, CC=10", 10, 50, 0, 1024, 0.40),
                new Saturated("POST 1 KB", 0, 200, 1024, 1024, 0.40),
                new Saturated("POST 1 KB, CC=10", 10, 50, 1024, 1024, 0.40),
                new Saturated("GET 100 KB", 0, 50, 0, 102_400, 0.50),
                new Saturated("GET 10 MB", 0, 20, 0, 10_000_000, 0.80),
                new Saturated("POST 10 MB", 0, 20, 10_000_000, 2, 0.80),
                new Multiplexed("h2c GET 1 KB", false),
                new Multiplexed("gRPC unary 1 KB", true),
                new Steady(),
                new FirstRequests(),
                new IdleConnections());
    }

    /** A closed loop over HTTP/1.1. */
    record Saturated(String title, int concurrency, int connections, int body, int answer, double goal) implements Job {
        /** In each round anew, and the process stays. */
        private static final String WARM_UP_SECONDS = "6";

        private static final String SECONDS = "4";

        @Override
        public Map<Figure, Double> goals() {
            return Map.of(Figure.CPU, goal);
        }

        @Override
        public void warmUp(Pod pod, Path work) throws IOException, InterruptedException {
            pod.run(command(pod, WARM_UP_SECONDS), LIMIT);
        }

        @Override
        public Map<Figure, Double> measure(Pod pod, Path work) throws IOException, InterruptedException {
            double before = pod.cpuSeconds();
            String line = pod.run(command(pod, SECONDS), LIMIT);
            return Figure.of(line, pod.cpuSeconds() - before);
        }

        private List<String> command(Pod pod, String seconds) {
            return pod.load(
                    Pod.MAIN,
                    "-c",
                    Integer.toString(connections),
                    "-s",
                    seconds,
                    "-m",
                    body > 0 ? "POST" : "GET",
                    "-b",
                    Integer.toString(body),
                    "-a",
                    Integer.toString(answer));
        }
    }

    /** A closed loop of streams in HTTP/2 connections, by h2load. */
    record Multiplexed(String title, boolean grpc) implements Job {
        /** In each round anew, and the process stays. */
        private static final String WARM_UP_SECONDS = "6";

        private static final String SECONDS = "4";

        @Override
        public UserProgram user() {
            return UserProgram.HTTP2;
        }

        @Override
        public Map<Figure, Double> goals() {
            return Map.of(Figure.CPU, 0.70);
        }

        @Override
        public void warmUp(Pod pod, Path work) throws IOException, InterruptedException {
            pod.run(command(work, WARM_UP_SECONDS), LIMIT);
        }

        @Override
        public Map<Figure, Double> measure(Pod pod, Path work) throws IOException, InterruptedException {
            double before = pod.cpuSeconds();
            String output = pod.run(command(work, SECONDS), LIMIT);
            double cpu = pod.cpuSeconds() - before;
            if (!output.contains(" 0 failed, 0 errored")) {
                throw new IOException("h2load: " + output);
            }
            List<String> lines = Files.readAllLines(log(work));
            long[] micros = new long[lines.size()];
            for (int i = 0; i < micros.length; i++) {
                // Start, status, time: both times in microseconds.
                String[] fields = lines.get(i).split("\t", -1);
                if (!"200".equals(fields[1])) {
                    throw new IOException("h2load was answered " + fields[1]);
                }
                micros[i] = Long.parseLong(fields[2]);
            }
            Arrays.sort(micros);
            Map<Figure, Double> figures = new LinkedHashMap<>();
            figures.put(Figure.CPU, cpu * 10_000 / micros.length);
            figures.put(Figure.RATE, micros.length / Double.parseDouble(SECONDS));
            figures.put(Figure.P50, micros[micros.length / 2] / 1e3);
            figures.put(Figure.P99, micros[(int) (micros.length * 0.99)] / 1e3);
            figures.put(Figure.P999, micros[(int) (micros.length * 0.999)] / 1e3);
            return figures;
        }

        private List<String> command(Path work, String seconds) throws IOException {
            Files.deleteIfExists(log(work));
            List<String> command = new ArrayList<>(
                    List.of("h2load", "-c", "20", "-m", "10", "-D", seconds, "--log-file=" + log(work)));
            if (grpc) {
                Path message = work.resolve("message");
                // Uncompressed, 1 KiB in all: five octets of prefix and zeros.
                byte[] bytes = new byte[1024];
                bytes[3] = (byte) ((1024 - 5) >> 8);
                bytes[4] = (byte) (1024 - 5);
                Files.write(message, bytes);
                command.addAll(List.of(
                        "-d", message.toString(), "-H", "content-type: application/grpc", "-H", "te: trailers"));
            }
            command.add("http://127.0.0.1:" + Pod.MAIN + "/1024");
            return command;
        }

        private static Path log(Path work) {
            return work.resolve("h2load.tsv");
        }
    }

    /** 1000 requests a second, due whether or not the earlier ones are answered. */
    record Steady() implements Job {
        @Override
        public String title() {
            return "1000 requests/s";
        }

        @Override
        public boolean fresh() {
            return true;
        }

        @Override
        public Figure plotted() {
            return Figure.P99;
        }

        @Override
        public Map<Figure, Double> goals() {
            return Map.of(Figure.P50, 1.0, Figure.P99, 1.0, Figure.P999, 1.0);
        }

        @Override
        public void warmUp(Pod pod, Path work) throws IOException, InterruptedException {
            pod.run(command(pod, "5"), LIMIT);
        }

        @Override
        public Map<Figure, Double> measure(Pod pod, Path work) throws IOException, InterruptedException {
            Map<Figure, Double> early = Figure.of(pod.run(command(pod, "10"), LIMIT), 0);
            pod.run(command(pod, "45"), LIMIT);
            double before = pod.cpuSeconds();
            String line = pod.run(command(pod, "20"), LIMIT);
            Map<Figure, Double> figures = Figure.of(line, pod.cpuSeconds() - before);
            figures.put(Figure.EARLY_P50, early.getOrDefault(Figure.P50, Double.NaN));
            figures.put(Figure.EARLY_P99, early.getOrDefault(Figure.P99, Double.NaN));
            figures.put(Figure.EARLY_P999, early.getOrDefault(Figure.P999, Double.NaN));
            return figures;
        }

        private static List<String> command(Pod pod, String seconds) {
            return pod.load(Pod.MAIN, "-c", "50", "-r", "1000", "-s", seconds);
        }
    }

    /** What the callers of a pod meet that has just become ready. */
    record FirstRequests() implements Job {
        @Override
        public String title() {
            return "first 1000 requests";
        }

        @Override
        public boolean fresh() {
            return true;
        }

        @Override
        public Map<Figure, Double> goals() {
            return Map.of();
        }

        @Override
        public void warmUp(Pod pod, Path work) {
            // Measured cold.
        }

        @Override
        public Map<Figure, Double> measure(Pod pod, Path work) throws IOException, InterruptedException {
            double before = pod.cpuSeconds();
            String line = pod.run(pod.load(Pod.MAIN, "-c", "10", "-n", "1000"), LIMIT);
            return Figure.of(line, pod.cpuSeconds() - before);
        }
    }

    /** Connections that have had one answer each and stay open. */
    record IdleConnections() implements Job {
        private static final int CONNECTIONS = 10_000;

        @Override
        public String title() {
            return "10,000 idle connections";
        }

        @Override
        public boolean fresh() {
            return true;
        }

        @Override
        public Figure plotted() {
            return Figure.MEMORY;
        }

        @Override
        public Map<Figure, Double> goals() {
            return Map.of(Figure.MEMORY, 1.0);
        }

        @Override
        public void warmUp(Pod pod, Path work) throws IOException, InterruptedException {
            pod.run(pod.load(Pod.MAIN, "-c", "100", "-s", "2"), LIMIT);
        }

        @Override
        public Map<Figure, Double> measure(Pod pod, Path work) throws IOException, InterruptedException {
            double before = pod.rssMebibytes();
            Process clients = pod.begin(pod.load(Pod.MAIN, "-c", Integer.toString(CONNECTIONS), "-i", "60"));
            try (var output = clients.inputReader()) {
                String said = output.readLine();
                if (!"idle".equals(output.readLine())) {
                    throw new IOException("the clients do not hold their connections: " + said);
                }
                Thread.sleep(Duration.ofSeconds(2));
                Map<Figure, Double> figures = new LinkedHashMap<>();
                figures.put(Figure.MEMORY, (pod.rssMebibytes() - before) * 1024 / CONNECTIONS);
                return figures;
            } finally {
                clients.destroyForcibly();
                clients.onExit().join();
            }
        }
    }

    /** No job runs nearly as long. */
    Duration LIMIT = Duration.ofMinutes(2);
}
