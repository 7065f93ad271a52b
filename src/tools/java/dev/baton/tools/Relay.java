package dev.baton.tools;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A relay process that runs, with its place in the table. One thread. */
final class Relay implements AutoCloseable {
    private static final String READY = "listening on ";

    private final String name;
    private final Process process;
    private final InetSocketAddress address;

    private Relay(String name, Process process, InetSocketAddress address) {
        this.name = name;
        this.process = process;
        this.address = address;
    }

    /**
     * Starts one and waits until it listens.
     *
     * @param command without the addresses
     * @param listen the address that it is to listen on
     * @param next where it is to connect to
     */
    static Relay start(String name, List<String> command, Path folder, String listen, InetSocketAddress next)
            throws IOException {
        List<String> whole = new ArrayList<>(command);
        whole.add(listen);
        whole.add(next.getAddress().getHostAddress());
        whole.add(Integer.toString(next.getPort()));
        Process process = new ProcessBuilder(whole)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out = process.inputReader();
        String line = out.readLine();
        if (line == null || !line.startsWith(READY)) {
            process.destroyForcibly();
            throw new IOException(name + " did not start: " + line);
        }
        int port = Integer.parseInt(line.substring(READY.length()));
        return new Relay(name, process, new InetSocketAddress(listen, port));
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    InetSocketAddress address() {
        return address;
    }

    /** Ends it. Blocks. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (process.waitFor(5, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        process.onExit().join();
    }
}
