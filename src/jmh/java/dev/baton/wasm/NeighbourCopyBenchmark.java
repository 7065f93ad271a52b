package dev.baton.wasm;

import com.dylibso.chicory.runtime.ByteArrayMemory;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The one copy of a neighbour call between two warm memories, against the engine's own way and C's memcpy. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class NeighbourCopyBenchmark {
    private static final int PAGE = LinearMemory.PAGE_SIZE;

    @Param({"1024", "65536", "1048576", "10485760", "104857600"})
    int size;

    private LinearMemories memories;
    private LinearMemory from;
    private LinearMemory to;
    private ByteArrayMemory engineFrom;
    private ByteArrayMemory engineTo;
    private long fromAddress;
    private long toAddress;

    /** C's memcpy. */
    static final class C {
        static {
            Native.register(C.class, "c");
        }

        private C() {}

        static native Pointer memcpy(long to, long from, long bytes);
    }

    @Setup
    public void open() {
        int pages = size / PAGE + 2;
        memories = new LinearMemories(
                LinearMemories.PAGES_MAX, 4L << 30, 0, Duration.ofSeconds(1), InstantSource.system());
        from = memories.acquire(pages, pages, 0);
        to = memories.acquire(pages, pages, 0);
        engineFrom = new ByteArrayMemory(new MemoryLimits(pages, pages));
        engineTo = new ByteArrayMemory(new MemoryLimits(pages, pages));
        from.fill((byte) 1, 0, pages * PAGE);
        to.fill((byte) 2, 0, pages * PAGE);
        engineFrom.fill((byte) 1, 0, pages * PAGE);
        engineTo.fill((byte) 2, 0, pages * PAGE);
        fromAddress = Pointer.nativeValue(Native.getDirectBufferPointer(from.view(16, size)));
        toAddress = Pointer.nativeValue(Native.getDirectBufferPointer(to.view(16, size)));
    }

    @TearDown
    public void close() {
        from.close();
        to.close();
        memories.close();
    }

    @Benchmark
    public LinearMemory direct() {
        from.copyTo(to, 16, 16, size);
        return to;
    }

    @Benchmark
    public Pointer memcpy() {
        return C.memcpy(toAddress, fromAddress, size);
    }

    @Benchmark
    public ByteArrayMemory engineReadAndWrite() {
        engineTo.write(16, engineFrom.readBytes(16, size));
        return engineTo;
    }

    /** The engine's way, as other hosts do it, on contiguous memories: through an array on the heap. */
    @Benchmark
    public LinearMemory readAndWrite() {
        to.write(16, from.readBytes(16, size));
        return to;
    }
}
