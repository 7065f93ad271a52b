package dev.baton.store;

import dev.baton.kernel.Linux;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
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

/** One object through the store (admit, write, complete, find, reserve, read, commit) against the two copies that it cannot do without. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ObjectStoreBenchmark {
    @Param({"1024", "1048576"})
    int size;

    private static final int STEP = 64 << 10;

    private ObjectStore store;
    private ByteBuffer source;
    private ByteBuffer target;
    private ByteBuffer between;

    @Setup
    public void open() {
        MemoryPool pool = new MemoryPool(Linux::running);
        store = new ObjectStore(StoreSettings.ofBudget(64 << 20), pool, Clock.systemUTC(), new SecureRandom());
        source = ByteBuffer.allocateDirect(Math.min(size, STEP));
        target = ByteBuffer.allocateDirect(Math.min(size, STEP));
        between = ByteBuffer.allocateDirect(size);
    }

    @TearDown
    public void close() {
        store.close();
    }

    @Benchmark
    public ByteBuffer throughTheStore() {
        PutSpec spec = new PutSpec(size, 1, null, "application/octet-stream", null);
        if (!(store.admit(spec) instanceof Admission.Admitted(Upload upload))) {
            throw new IllegalStateException("not admitted");
        }
        for (int sent = 0; sent < size; sent += STEP) {
            upload.write(source.clear());
        }
        upload.complete();
        if (!(store.find(upload.id(), upload.capability()) instanceof Lookup.Found(StoredObject object))
                || !(object.reserve() instanceof Reservation.Reserved(Retrieval retrieval))) {
            throw new IllegalStateException("not found");
        }
        long offset = 0;
        while (!retrieval.finished(offset)) {
            ByteBuffer view = retrieval.read(offset, STEP);
            offset += view.remaining();
            target.clear().put(view);
        }
        retrieval.commit();
        return target;
    }

    @Benchmark
    public ByteBuffer plainCopies() {
        between.clear();
        for (int sent = 0; sent < size; sent += STEP) {
            between.put(source.clear());
        }
        between.flip();
        while (between.hasRemaining()) {
            int step = Math.min(STEP, between.remaining());
            target.clear().put(0, between, between.position(), step);
            between.position(between.position() + step);
        }
        return target;
    }
}
