package dev.baton.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** One line on a terminal that says what is going on; nothing at all elsewhere. One thread begins and ends. */
final class Progress {
    private static final Duration EVERY = Duration.ofMillis(250);

    private final @Nullable PrintStream terminal;
    private final Callable<Long> bytes;
    private @Nullable Thread painter;

    /** @param bytes bytes moved since the start of the run, by any path */
    Progress(@Nullable PrintStream terminal, Callable<Long> bytes) {
        this.terminal = terminal;
        this.bytes = bytes;
    }

    /** Shows what starts now; with a share in percent if it is known how many bytes will move. */
    void begin(String what, long expected) {
        PrintStream out = terminal;
        if (out != null) {
            show(out, what + " ...");
            painter = Thread.ofVirtual().start(() -> paint(out, what, expected));
        }
    }

    /** Clears the line. */
    void end() throws InterruptedException {
        Thread running = painter;
        PrintStream out = terminal;
        if (running != null && out != null) {
            running.interrupt();
            running.join();
            show(out, "");
            painter = null;
        }
    }

    private void paint(PrintStream out, String what, long expected) {
        try {
            long start = bytes.call();
            while (true) {
                Thread.sleep(EVERY);
                long moved = bytes.call() - start;
                String share = expected > 0 ? " " + Math.min(100, moved * 100 / expected) + " %" : "";
                show(out, what + " ... " + moved / 1_000_000 + " MB" + share);
            }
        } catch (InterruptedException e) {
            // The step is over.
        } catch (Exception e) {
            // Without figures the line stays as it is; the step itself will tell what is wrong.
        }
    }

    private static void show(PrintStream out, String line) {
        out.print("\r" + line + "\033[K");
        out.flush();
    }
}
