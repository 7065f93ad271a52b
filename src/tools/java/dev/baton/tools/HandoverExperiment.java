package dev.baton.tools;

import dev.baton.sdk.BatonClient;
import dev.baton.sdk.BatonDraft;
import dev.baton.sdk.BatonObject;
import dev.baton.sdk.PutOptions;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Objects between one function and its sidecar, by memory and over HTTP, each byte read at the end; and what it takes to hand on one that
 * was put as memory. Processor time is function's and sidecar's together. One thread.
 */
final class HandoverExperiment implements AutoCloseable {
    private static final int KILOBYTE = 1024;
    private static final int MEGABYTE = 1024 * KILOBYTE;

    private final SidecarProcess sidecar;
    private final BatonClient memory;
    private final BatonClient http;
    private double cpuBegin;
    private double cpu;
    private long nanosBegin;
    private long nanos;
    private final byte[] step = new byte[256 * KILOBYTE];

    HandoverExperiment(SidecarProcess sidecar, BatonClient memory, BatonClient http) throws IOException {
        this.sidecar = sidecar;
        this.memory = memory;
        this.http = http;
        if (!memory.handsOver()) {
            throw new IOException("the sidecar hands no memory over");
        }
    }

    Map<String, Double> measure() throws IOException {
        Map<String, Double> figures = new LinkedHashMap<>();
        sized("1 KB", KILOBYTE, 2000, figures);
        sized("1 MB", MEGABYTE, 100, figures);
        sized("100 MB", 100 * MEGABYTE, 5, figures);
        sized("500 MB", 500 * MEGABYTE, 3, figures);
        return figures;
    }

    private interface Step {
        /** Begins and ends what counts by {@link #begin} and {@link #end}. */
        void run() throws IOException;
    }

    private void sized(String name, int size, int count, Map<String, Double> figures) throws IOException {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment object = arena.allocate(size, Long.BYTES).fill((byte) 1);
            times(name + " put, HTTP", size, count, () -> put(http, object), figures);
            times(name + " put, memory", size, count, () -> put(memory, object), figures);
            times(name + " get, HTTP", size, count, () -> get(http, object), figures);
            times(name + " get, memory", size, count, () -> get(memory, object), figures);
            times(name + " handed on", size, count, () -> handOn(size), figures);
        }
    }

    private void times(String name, int size, int count, Step step, Map<String, Double> figures) throws IOException {
        for (int i = 0; i < Math.max(1, count / 4); i++) {
            step.run();
        }
        cpu = 0;
        double[] millis = new double[count];
        for (int i = 0; i < count; i++) {
            step.run();
            millis[i] = nanos / 1e6;
        }
        figures.put(name + " ms", Arrays.stream(millis).sorted().toArray()[count / 2]);
        figures.put(name + " CPU s/GB", cpu * 1e9 / ((double) size * count));
    }

    private void begin() throws IOException {
        cpuBegin = cpuSeconds();
        nanosBegin = System.nanoTime();
    }

    private void end() throws IOException {
        nanos = System.nanoTime() - nanosBegin;
        cpu += cpuSeconds() - cpuBegin;
    }

    private double cpuSeconds() throws IOException {
        return ProcessFigures.cpuSeconds(sidecar.pid())
                + ProcessFigures.cpuSeconds(ProcessHandle.current().pid());
    }

    private void put(BatonClient client, MemorySegment object) throws IOException {
        begin();
        String reference = client.put(object, PutOptions.once());
        end();
        client.delete(reference);
    }

    private void get(BatonClient client, MemorySegment object) throws IOException {
        String reference = http.put(object, PutOptions.once());
        begin();
        try (BatonObject got = client.get(reference)) {
            long sum = got.path() == BatonClient.Path.MEMORY ? sum(got.segment()) : drain(got);
            if (sum != (got.path() == BatonClient.Path.MEMORY ? object.byteSize() / Long.BYTES : object.byteSize())
                    || (client == memory) != (got.path() == BatonClient.Path.MEMORY)) {
                throw new IOException("wrong bytes, or by the wrong way: " + got.path());
            }
        }
        end();
    }

    /** Every byte is looked at; each long of the object is the same. */
    private static long sum(MemorySegment all) {
        long sum = 0;
        for (long at = 0; at < all.byteSize(); at += Long.BYTES) {
            sum += all.get(ValueLayout.JAVA_LONG, at) & 1;
        }
        return sum;
    }

    private long drain(BatonObject got) throws IOException {
        long bytes = 0;
        try (InputStream stream = got.stream()) {
            for (int read; (read = stream.read(step)) >= 0; ) {
                bytes += read;
            }
        }
        return bytes;
    }

    /** From the reference of a put draft to the mapped object: no byte of it is touched. */
    private void handOn(int size) throws IOException {
        try (BatonDraft draft = memory.allocate(size)) {
            draft.segment().fill((byte) 1);
            String reference = draft.put(PutOptions.once());
            begin();
            try (BatonObject got = memory.get(reference)) {
                end();
                if (got.path() != BatonClient.Path.MEMORY || got.size() != size) {
                    throw new IOException("not handed on: " + got.path());
                }
            }
        }
    }

    @Override
    public void close() {
        memory.close();
        http.close();
    }
}
