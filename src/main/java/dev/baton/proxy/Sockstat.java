package dev.baton.proxy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The kernel's count of sockets, which the log shows beside a request that could not be passed on: running out of ports or
 * memory for sockets looks like any other failure otherwise. Any thread; the file has no disk behind it and does not block.
 */
final class Sockstat {
    private static final Path FILE = Path.of("/proc/net/sockstat");
    /** When the program is down each request fails, and the same figures serve for all of a second. */
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private record Reading(String text, long at) {}

    private static volatile Reading last = new Reading("", System.nanoTime() - 2 * FRESH_NANOS);

    private Sockstat() {}

    /** The file's text; empty when it cannot be read. */
    static String text() {
        Reading reading = last;
        long now = System.nanoTime();
        if (now - reading.at() > FRESH_NANOS) {
            reading = new Reading(read(), now);
            last = reading;
        }
        return reading.text();
    }

    private static String read() {
        try {
            return Files.readString(FILE, StandardCharsets.ISO_8859_1);
        } catch (IOException absent) {
            return "";
        }
    }
}
