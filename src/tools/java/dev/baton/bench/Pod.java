package dev.baton.bench;

import dev.baton.tools.ProcessFigures;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A proxy and its user's program in a network of their own, where the fixed ports are free. The proxy has the first processor
 * to itself; the user's program and the load share the second. One thread.
 */
final class Pod implements AutoCloseable {
    static final int MAIN = 8012;

    private static final String PROXY_CPU = "0";
    private static final String LOAD_CPU = "1";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path tools;
    private final Path work;
    private final String name;
    private final List<Process> processes = new ArrayList<>();
    private final long network;
    private final Process proxy;

    /**
     * Starts both and waits for the first answer. Blocks.
     *
     * @param tools the folder with {@code load} and {@code backend}
     * @param work for logs
     */
    Pod(Contender contender, int concurrency, UserProgram user, Path tools, Path work)
            throws IOException, InterruptedException {
        this.tools = tools;
        this.work = work;
        this.name = contender.title().replace(' ', '-') + "-" + concurrency + "-" + user.name();
        List<String> command = new ArrayList<>(List.of("unshare", "--net"));
        if (!isRoot()) {
            command.add("--map-root-user");
        }
        command.addAll(List.of("--", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh", "taskset", "-c", LOAD_CPU));
        command.addAll(user.command(tools, work));
        Process program = start(command, work, Map.of(), "user");
        network = program.pid();
        try {
            user.await(this);
            Contender.Launch launch = contender.launch(concurrency, work);
            List<String> pinned = inside(PROXY_CPU);
            pinned.addAll(launch.command());
            proxy = start(pinned, launch.folder(), launch.environment(), "proxy");
            if (user == UserProgram.HTTP1) {
                await(MAIN);
            } else {
                user.awaitProxied(this);
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private List<String> inside(String cpu) {
        List<String> command = new ArrayList<>(List.of("nsenter", "--net", "--target", Long.toString(network)));
        if (!isRoot()) {
            command.addAll(List.of("--user", "--preserve-credentials"));
        }
        command.addAll(List.of("--", "taskset", "-c", cpu));
        return command;
    }

    private Process start(List<String> command, Path folder, Map<String, String> environment, String what)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve(name + "-" + what + ".log").toFile());
        String path = builder.environment().getOrDefault("PATH", "");
        builder.environment().clear();
        builder.environment().put("PATH", path);
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    /** Runs a client beside the user's program and returns what it printed. Blocks. */
    String run(List<String> client, Duration limit) throws IOException, InterruptedException {
        Process process = begin(client);
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(
                    name + ": " + String.join(" ", client) + " failed: " + output.strip() + "; logs are in " + work);
        }
        return output;
    }

    /** Starts a client and leaves it to the caller. */
    Process begin(List<String> client) throws IOException {
        List<String> command = inside(LOAD_CPU);
        command.addAll(client);
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** The command of the HTTP/1.1 client against a port of this pod. */
    List<String> load(int port, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(tools.resolve("load").toString(), "127.0.0.1", Integer.toString(port)));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Waits until one GET is answered 200. Blocks. */
    void await(int port) throws IOException, InterruptedException {
        await(load(port, "-c", "1", "-n", "1", "-a", "1"));
    }

    /** Waits until a client succeeds. Blocks. */
    void await(List<String> client) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                run(client, PATIENCE);
                return;
            } catch (IOException e) {
                if (System.nanoTime() - end > 0) {
                    throw e;
                }
                Thread.sleep(5);
            }
        }
    }

    double cpuSeconds() throws IOException {
        return ProcessFigures.cpuSeconds(proxy.pid());
    }

    double rssMebibytes() throws IOException {
        return ProcessFigures.rssMebibytes(proxy.pid());
    }

    /** The queue-proxy drains for half a minute at SIGTERM: nothing here is worth waiting for. Blocks. */
    @Override
    public void close() {
        for (Process process : processes.reversed()) {
            process.destroyForcibly();
            process.onExit().join();
        }
    }
}
