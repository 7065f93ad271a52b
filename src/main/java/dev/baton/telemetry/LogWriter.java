package dev.baton.telemetry;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongFunction;

/**
 * Writes lines on a thread of its own, so that a log collector which does not keep up never holds an event loop: callers
 * append to one buffer under a short lock while the thread writes the other one. What does not fit is dropped and counted.
 */
final class LogWriter implements AutoCloseable {
    private static final int INITIAL_BYTES = 8 * 1024;
    private static final int BACKLOG_BYTES_MAX = 1024 * 1024;
    private static final int THREAD_STACK_BYTES = 128 * 1024;

    private final OutputStream out;
    private final LongFunction<byte[]> droppedLine;
    private final Thread thread;

    private byte[] filling = new byte[INITIAL_BYTES];
    private int filled;
    private long dropped;
    private boolean writing;
    private boolean closing;

    /** @param droppedLine makes the line that tells how many were dropped */
    LogWriter(OutputStream out, LongFunction<byte[]> droppedLine) {
        this.out = out;
        this.droppedLine = droppedLine;
        this.thread = new Thread(null, this::run, "log", THREAD_STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
    }

    /** Takes the bytes of one line, end of line included. Any thread; waits for nothing but a copy of memory. */
    synchronized void append(byte[] line) {
        if (closing || filled + line.length > BACKLOG_BYTES_MAX) {
            dropped++;
            return;
        }
        put(line);
        if (!writing) {
            notifyAll();
        }
    }

    private void put(byte[] line) {
        if (filled + line.length > filling.length) {
            filling = Arrays.copyOf(filling, Math.max(filled + line.length, filling.length * 2));
        }
        System.arraycopy(line, 0, filling, filled, line.length);
        filled += line.length;
    }

    private void run() {
        byte[] emptied = new byte[INITIAL_BYTES];
        while (true) {
            byte[] full;
            int length;
            synchronized (this) {
                writing = false;
                notifyAll();
                while (filled == 0) {
                    if (closing) {
                        return;
                    }
                    try {
                        wait();
                    } catch (InterruptedException e) {
                        return; // nobody but a debugger interrupts this thread
                    }
                }
                if (dropped > 0) {
                    put(droppedLine.apply(dropped));
                    dropped = 0;
                }
                full = filling;
                length = filled;
                filling = emptied;
                filled = 0;
                writing = true;
            }
            write(full, length);
            // One burst must not hold its memory for good.
            emptied = full.length > BACKLOG_BYTES_MAX / 4 ? new byte[INITIAL_BYTES] : full;
        }
    }

    private void write(byte[] bytes, int length) {
        try {
            out.write(bytes, 0, length);
            out.flush();
        } catch (IOException e) {
            synchronized (this) {
                dropped++; // standard output is gone: there is nowhere left to say so
            }
        }
    }

    /** Waits until everything appended so far is written, at most that long. Blocks. */
    synchronized void flush(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (filled > 0 || writing) {
            long millis = (deadline - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                return;
            }
            try {
                wait(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Writes what is left, for at most two seconds, and ends the thread. Blocks. */
    @Override
    public void close() {
        flush(Duration.ofSeconds(2));
        synchronized (this) {
            closing = true;
            notifyAll();
        }
    }
}
