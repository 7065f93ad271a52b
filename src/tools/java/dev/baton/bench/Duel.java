package dev.baton.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs all jobs on all contenders, interleaved, and prints the table; the plots go into a folder. */
final class Duel implements AutoCloseable {
    /** Pods that serve in all rounds: what a JVM has compiled stays. */
    private record Key(Contender contender, int concurrency, UserProgram user) {}

    private final Path tools;
    private final Path work;
    private final Map<Key, Pod> pods = new LinkedHashMap<>();
    private final Results results = new Results();

    private Duel(Path tools, Path work) {
        this.tools = tools;
        this.work = work;
    }

    /**
     * Arguments: rounds, text that a job's title must contain or an empty one, folder of the load programs, folder for plots,
     * then the contenders: {@code go=PROGRAM}, {@code haproxy=PROGRAM}, and any other {@code NAME=DISTRIBUTION}. The first one is
     * held against the goals.
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int rounds = Integer.parseInt(arguments[0]);
        List<Job> jobs = Job.all().stream()
                .filter(job -> job.title().contains(arguments[1]))
                .toList();
        List<Contender> contenders = new ArrayList<>();
        for (int i = 4; i < arguments.length; i++) {
            String[] parts = arguments[i].split("=", 2);
            Path path = Path.of(parts[1]).toAbsolutePath();
            contenders.add(
                    switch (parts[0]) {
                        case "go" -> new Contender.Knative(path);
                        case "haproxy" -> new Contender.HaProxy(path);
                        default -> new Contender.Baton(parts[0], path);
                    });
        }
        Path work = Files.createTempDirectory("baton-bench");
        try (Duel duel = new Duel(Path.of(arguments[2]).toAbsolutePath(), work)) {
            for (int round = 1; round <= rounds; round++) {
                for (Job job : jobs) {
                    System.err.printf("round %d of %d: %s%n", round, rounds, job.title());
                    duel.round(job, contenders);
                }
            }
            Report report = new Report(duel.results, jobs, contenders, rounds);
            System.out.print(report.markdown());
            report.plots(Files.createDirectories(Path.of(arguments[3])));
        }
    }

    private void round(Job job, List<Contender> contenders) throws IOException, InterruptedException {
        for (Contender contender : contenders) {
            if (!contender.isSidecar() && (job.user() == UserProgram.HTTP2 || job.concurrency() > 0 || job.fresh())) {
                continue;
            }
            if (job.fresh()) {
                try (Pod pod = new Pod(contender, job.concurrency(), job.user(), tools, work)) {
                    job.warmUp(pod, work);
                    results.add(job, contender, job.measure(pod, work));
                }
                continue;
            }
            Key key = new Key(contender, job.concurrency(), job.user());
            Pod pod = pods.get(key);
            if (pod == null) {
                pod = new Pod(contender, job.concurrency(), job.user(), tools, work);
                pods.put(key, pod);
            }
            if (results.spread(job, contender, Figure.CPU) == null) {
                job.warmUp(pod, work);
            }
            results.add(job, contender, job.measure(pod, work));
        }
    }

    @Override
    public void close() {
        pods.values().forEach(Pod::close);
    }
}
