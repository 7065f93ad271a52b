package dev.baton.profiling;

import com.sun.management.OperatingSystemMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.zip.GZIPOutputStream;

/**
 * Where processor time goes, in the format that {@code go tool pprof} reads (github.com/google/pprof {@code profile.proto}): the time
 * that each thread has had since it was last looked at belongs to what it does now. What the JVM's own threads have had, which nobody
 * sees, is told as one frame. One use each.
 */
final class CpuProfile implements Sampling.Watcher {
    private static final String JVM = "the JVM itself (compilers, collector)";

    private final Map<Long, Long> cpuSeen = new HashMap<>();
    /** Identifiers of frames, the innermost first, to samples and nanoseconds. */
    private final Map<List<Long>, long[]> stacks = new HashMap<>();

    private final Map<String, Long> strings = new LinkedHashMap<>();
    private final Map<String, Long> frames = new HashMap<>();
    private final Proto locations = new Proto();
    private final Proto functions = new Proto();
    private final Proto profile = new Proto();
    private long threadsNanos;

    private CpuProfile() {
        string("");
    }

    /** Blocks for the length, and tells what it has seen until then. */
    static byte[] record(Duration length, BooleanSupplier over) {
        CpuProfile made = new CpuProfile();
        long begunMillis = System.currentTimeMillis();
        long begun = System.nanoTime();
        long processBefore = processNanos();
        Sampling.run(length, over, made);
        long process = processNanos() - processBefore;
        if (process > made.threadsNanos) {
            made.add(List.of(made.frame(JVM, "", 0)), process - made.threadsNanos);
        }
        return made.gzip(begunMillis, System.nanoTime() - begun);
    }

    private static long processNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }

    @Override
    public void see(ThreadInfo thread, long cpuNanos) {
        Long before = cpuSeen.put(thread.getThreadId(), cpuNanos);
        if (before == null || cpuNanos <= before) {
            return;
        }
        List<Long> stack = new ArrayList<>();
        for (StackTraceElement element : thread.getStackTrace()) {
            stack.add(frame(
                    element.getClassName() + "." + element.getMethodName(),
                    String.valueOf(element.getFileName()),
                    Math.max(0, element.getLineNumber())));
        }
        stack.add(frame("thread " + thread.getThreadName(), "", 0));
        threadsNanos += cpuNanos - before;
        add(stack, cpuNanos - before);
    }

    @Override
    public void round(long nanos) {}

    private void add(List<Long> stack, long nanos) {
        long[] sums = stacks.computeIfAbsent(stack, first -> new long[2]);
        sums[0]++;
        sums[1] += nanos;
    }

    /** A location of its own for each line, with a function of its own. */
    private long frame(String function, String file, int line) {
        return frames.computeIfAbsent(function + ":" + line, first -> {
            long id = frames.size() + 1L;
            long name = string(function);
            functions.message(
                    5, new Proto().number(1, id).number(2, name).number(3, name).number(4, string(file)));
            locations.message(
                    4,
                    new Proto()
                            .number(1, id)
                            .message(4, new Proto().number(1, id).number(2, line)));
            return id;
        });
    }

    private long string(String text) {
        return strings.computeIfAbsent(text, first -> (long) strings.size());
    }

    private byte[] gzip(long begunMillis, long lengthNanos) {
        Proto cpu = new Proto().number(1, string("cpu")).number(2, string("nanoseconds"));
        profile.message(1, new Proto().number(1, string("samples")).number(2, string("count")));
        profile.message(1, cpu);
        stacks.forEach((stack, sums) -> profile.message(
                2,
                new Proto()
                        .packed(1, stack.stream().mapToLong(Long::longValue).toArray())
                        .packed(2, sums)));
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(profile.bytes());
            gzip.write(locations.bytes());
            gzip.write(functions.bytes());
            Proto rest = new Proto();
            strings.keySet().forEach(text -> rest.text(6, text));
            gzip.write(rest.number(9, TimeUnit.MILLISECONDS.toNanos(begunMillis))
                    .number(10, lengthNanos)
                    .message(11, cpu)
                    .number(12, Sampling.PERIOD_NANOS)
                    .bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
