package dev.baton.floods;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * The other clients: so many requests a second over kept connections, each of which is due at its moment whether or not earlier ones
 * are answered, so that a server that stands still is seen by all that it keeps waiting.
 */
final class Others implements AutoCloseable {
    private static final int CONNECTIONS = 16;
    private static final int REQUESTS_PER_SECOND = 400;
    /** What the suites' program answers to any path, in octets. */
    private static final int ANSWER_BYTES = 31;

    private final Process process;

    private Others(Process process) {
        this.process = process;
    }

    /** @param load the program of {@code integration/load} */
    static Others start(String load, int port, double seconds) throws IOException {
        return start(load, port, seconds, "-r", Integer.toString(REQUESTS_PER_SECOND));
    }

    /** As many requests as are answered, so that the compilers are done with them before latencies count. */
    static Others inHaste(String load, int port, double seconds) throws IOException {
        return start(load, port, seconds, "-c", Integer.toString(CONNECTIONS));
    }

    private static Others start(String load, int port, double seconds, String option, String value) throws IOException {
        List<String> command = List.of(
                load,
                "127.0.0.1",
                Integer.toString(port),
                "-c",
                Integer.toString(CONNECTIONS),
                option,
                value,
                "-s",
                String.format(Locale.ROOT, "%.1f", seconds),
                "-a",
                Integer.toString(ANSWER_BYTES));
        return new Others(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    boolean running() {
        return process.isAlive();
    }

    /** Waits for their end, and gives the 99th percentile of their latencies in milliseconds. */
    double p99Millis() throws IOException, InterruptedException {
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        int at = said.indexOf(" p99=");
        if (process.waitFor() != 0 || at < 0) {
            throw new IOException("the other clients were not served");
        }
        return Long.parseLong(said.substring(at + 5, said.indexOf(' ', at + 5))) / 1e3;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
