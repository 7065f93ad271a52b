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
    private String prefix = "";

    /** @param bytes bytes moved since the start of the run, by any path */
    Progress(@Nullable PrintStream terminal, Callable<Long> bytes) {
        this.terminal = terminal;
        this.bytes = bytes;
    }

    /** What stands before everything that begins from now on. */
    void prefix(String text) {
        prefix = text;
    }

    /** Shows what starts now; with a share in percent if it is known how many bytes will move. */
    void begin(String what, long expected) {
        PrintStream out = terminal;
        String line = prefix + what + " ...";
        if (out != null) {
            show(out, line);
            painter = Thread.ofVirtual().start(() -> paint(out, line, expected));
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

    private void paint(PrintStream out, String line, long expected) {
        try {
            long start = bytes.call();
            while (true) {
                Thread.sleep(EVERY);
                long moved = bytes.call() - start;
                String share = expected > 0 ? " " + Math.min(100, moved * 100 / expected) + " %" : "";
                show(out, line + " " + moved / 1_000_000 + " MB" + share);
            }
        } catch (InterruptedException e) {
            // The step is over.
        } catch (Exception e) {
            // Without figures the line stays as it is; the step itself will tell what is wrong.
        }
    }

    /** Leaves no half line behind when the run is told to end. */
    static void clear(@Nullable PrintStream terminal) {
        if (terminal != null) {
            show(terminal, "");
        }
    }

    private static void show(PrintStream out, String line) {
        out.print("\r" + line + "\033[K");
        out.flush();
    }
}
