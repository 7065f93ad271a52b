package dev.baton.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * Passes a real file between pods in every way that Baton has, and checks each. Exit codes: 0 all steps passed,
 * 1 a step or the start failed, 2 the command cannot be followed.
 */
final class MainJob {
    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final long SHORT = 512L << 20;

    private final Options options;
    private final Janitor janitor;
    private volatile boolean ending;

    private MainJob(Options options) throws IOException {
        this.options = options;
        this.janitor = new Janitor();
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "end"));
    }

    public static void main(String[] args) throws InterruptedException {
        int code;
        try {
            Options options = Options.parse(Arrays.asList(args));
            Path file = Input.check(options.file() == null ? Input.standard() : options.file());
            MainJob job = new MainJob(options);
            code = options.netns() && options.inside().isEmpty() ? job.runInNamespaces(file) : job.run(file);
        } catch (Options.UsageException | IOException e) {
            System.err.println("run: " + e.getMessage());
            code = 2;
        }
        System.exit(code);
    }

    /** Makes the namespaces and runs this class again in the node's: a JVM cannot change its own network. */
    private int runInNamespaces(Path file) throws IOException, InterruptedException {
        Namespaces.requirePossible();
        List<String> names = Namespaces.make(janitor);
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", names.getFirst()));
        command.addAll(Workload.javaCommand(MainJob.class));
        command.addAll(options.again(names, file));
        Process inside = new ProcessBuilder(command).inheritIO().start();
        janitor.process(inside);
        return inside.waitFor();
    }

    private int run(Path file) throws InterruptedException {
        List<Pod> pods = new ArrayList<>();
        try {
            return run(file, pods);
        } catch (IOException e) {
            if (ending) {
                // What fails here fails because the run was told to end; the exit code is the signal's.
                new CountDownLatch(1).await();
            }
            complain("run: " + reason(e, pods), pods);
            return 1;
        }
    }

    /** A pod that has ended explains every other failure. */
    private static String reason(IOException failure, List<Pod> pods) throws InterruptedException {
        // The connection breaks a moment before the process is known to have ended.
        Thread.sleep(200);
        for (Pod pod : pods) {
            try {
                pod.requireAlive();
            } catch (IOException e) {
                return e.getMessage();
            }
        }
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    private int run(Path file, List<Pod> pods) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("baton-run-");
        janitor.folder(folder);
        Keys.write(folder);
        Limits limits = Machine.limits(Files.size(file));
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        try (Network network = network()) {
            String offerHost = network.consumerService().getAddress().getHostAddress();
            Workload workload = new Workload(
                    options.sidecar(),
                    options.wasmSidecar(),
                    options.folder(),
                    folder,
                    file,
                    options.modules(),
                    limits,
                    offerHost);
            // Those that need the longest first: functions in Wasm are compiled while the others start.
            pods.add(Pod.start(network.functions(), null, workload, http, janitor));
            pods.add(Pod.start(network.producer(), ProducerFunction.class, workload, http, janitor));
            pods.add(Pod.start(network.consumer(), ConsumerFunction.class, workload, http, janitor));
            Map<Role, Pod> roles = new EnumMap<>(
                    Map.of(Role.FUNCTIONS, pods.get(0), Role.PRODUCER, pods.get(1), Role.CONSUMER, pods.get(2)));
            Progress progress = new Progress(options.terminal() ? System.out : null, () -> moved(network, pods));
            progress.begin("starting three pods, hashing " + file, 0);
            Input input = Input.of(file);
            for (Pod pod : pods) {
                pod.awaitReady(START_LIMIT);
            }
            progress.end();
            Meter meter = new Meter(input, network, roles, progress);
            Steps steps = new Steps(new Stage(input, network, meter, new Functions(http), limits));
            Report report = new Report(
                    input,
                    network.description(),
                    Machine.description(),
                    limits.storeBytes(),
                    rounds(input),
                    rounds(steps, rounds(input), progress));
            System.out.print(options.json() ? report.json() : options.markdown() ? report.markdown() : report.text());
            if (!report.ok()) {
                complain("run: a step failed; the pods' last words:", pods);
            }
            if (options.serve() && report.ok()) {
                PrintStream out = options.json() ? System.err : System.out;
                out.print("\n" + Serve.lines(network, input));
                new CountDownLatch(1).await();
            }
            return report.ok() ? 0 : 1;
        }
    }

    /** A short transfer in a JVM that has just started tells more about the JVM than about the path. */
    private static int rounds(Input input) {
        return input.bytes() <= SHORT ? 2 : 1;
    }

    private List<Step> rounds(Steps steps, int rounds, Progress progress) throws IOException, InterruptedException {
        List<Step> failed = new ArrayList<>();
        for (int round = 1; round < rounds; round++) {
            progress.prefix("round " + round + " of " + rounds + ", ");
            round(steps).stream().filter(step -> !step.ok()).forEach(failed::add);
        }
        progress.prefix(rounds == 1 ? "" : "round " + rounds + " of " + rounds + ", ");
        List<Step> all = new ArrayList<>(round(steps));
        all.addAll(failed);
        return all;
    }

    private List<Step> round(Steps steps) throws IOException, InterruptedException {
        List<Step> rows = steps.run();
        for (Expectation expectation : options.expectations()) {
            rows = expectation.judge(rows);
        }
        return rows;
    }

    /** For the line of progress: bytes that have moved in any way that shows while they move. */
    private static long moved(Network network, List<Pod> pods) throws IOException, InterruptedException {
        long moved = network.gateway().passedBytes();
        for (Pod pod : pods) {
            moved += pod.counters().of(Flow.PULLED_IN);
        }
        return moved;
    }

    private Network network() throws IOException {
        return options.inside().isEmpty() ? LoopbackNetwork.open() : NamespaceNetwork.open(options.inside());
    }

    private void complain(String message, List<Pod> pods) {
        if (!ending) {
            System.err.println(message);
            pods.forEach(pod -> System.err.print(pod.lastLogLines()));
        }
    }

    /** On every way out that leaves this JVM a choice; on the others the janitor acts alone. */
    private void end() {
        ending = true;
        Progress.clear(options.terminal() ? System.out : null);
        try {
            janitor.close();
        } catch (IOException e) {
            System.err.println("run: " + e.getMessage());
        }
    }
}
