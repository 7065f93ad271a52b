package dev.baton.floods;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * The other client: asks over one HTTP/1.1 connection at a fixed pace, and counts each request's time from the moment at which it
 * was due, so that a server that stands still is seen by all the requests it has kept waiting.
 */
final class Victim implements AutoCloseable {
    private static final int PERIOD_NANOS = 4_000_000;
    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: app.test\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private final Socket socket = new Socket();
    private final Thread thread;
    private final byte[] buffer = new byte[8192];
    private long[] nanos = new long[1 << 16];
    private int count;
    private volatile boolean stopped;

    Victim(InetSocketAddress server) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(30_000);
        socket.connect(server);
        thread = Thread.ofPlatform().name("victim").start(this::run);
    }

    private void run() {
        try {
            InputStream in = socket.getInputStream();
            long due = System.nanoTime();
            while (!stopped) {
                due += PERIOD_NANOS;
                LockSupport.parkNanos(due - System.nanoTime());
                socket.getOutputStream().write(REQUEST);
                readResponse(in);
                add(System.nanoTime() - due);
            }
        } catch (IOException e) {
            if (stopped) {
                return;
            }
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The backend's answer has its length in its head. */
    private void readResponse(InputStream in) throws IOException {
        int have = 0;
        while (true) {
            int n = in.read(buffer, have, buffer.length - have);
            if (n < 0) {
                throw new IOException("the victim's connection was closed");
            }
            have += n;
            String text = new String(buffer, 0, have, StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            int field = text.toLowerCase(java.util.Locale.ROOT).indexOf("content-length: ");
            if (end >= 0) {
                if (!text.startsWith("HTTP/1.1 200") || field < 0) {
                    throw new IOException("the victim was answered " + text);
                }
                int length = Integer.parseInt(text.substring(field + 16, text.indexOf('\r', field)));
                if (have >= end + 4 + length) {
                    return;
                }
            }
        }
    }

    private synchronized void add(long taken) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = taken;
    }

    /** The 99th percentile of what has been asked since the last call, in milliseconds. */
    synchronized double p99Millis() {
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        count = 0;
        return sorted.length == 0 ? Double.NaN : sorted[(int) (sorted.length * 0.99)] / 1e6;
    }

    boolean alive() {
        return thread.isAlive();
    }

    @Override
    public void close() throws IOException {
        stopped = true;
        socket.close();
    }
}
