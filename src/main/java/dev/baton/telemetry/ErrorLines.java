package dev.baton.telemetry;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Plain lines on standard error, where the queue-proxy says why the user's containers are not ready. Any thread; written by a
 * thread of its own, which exists from the first line on.
 */
public final class ErrorLines implements Consumer<String> {
    private @Nullable LogWriter writer;

    @Override
    public void accept(String line) {
        writer().append((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private synchronized LogWriter writer() {
        LogWriter current = writer;
        if (current == null) {
            current = new LogWriter(new FileOutputStream(FileDescriptor.err), count -> (count + " lines dropped\n")
                    .getBytes(StandardCharsets.UTF_8));
            writer = current;
        }
        return current;
    }
}
