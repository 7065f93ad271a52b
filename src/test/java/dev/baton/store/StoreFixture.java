package dev.baton.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.kernel.FaultyMemory;
import dev.baton.store.Admission.Admitted;
import dev.baton.store.Lookup.Found;
import dev.baton.store.MemoryPool.Backing;
import dev.baton.store.Reservation.Reserved;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A store over real memory with a clock that stands still until told; {@link #close} checks that nothing is left of it in the kernel. */
final class StoreFixture implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    final AtomicLong wallMillis = new AtomicLong(1_700_000_000_000L);
    final InstantSource clock = () -> Instant.ofEpochMilli(wallMillis.get());
    final String name = "store-test-" + NUMBER.incrementAndGet();
    final FaultyMemory kernel = new FaultyMemory();
    final MemoryPool pool;
    final ObjectStore store;

    StoreFixture(long budgetBytes) {
        this(StoreSettings.ofBudget(budgetBytes));
    }

    StoreFixture(StoreSettings settings) {
        this(settings, Backing.PRIVATE);
    }

    StoreFixture(StoreSettings settings, Backing backing) {
        pool = new MemoryPool(kernel::linux, backing, name);
        store = new ObjectStore(settings, pool, clock, new SecureRandom());
    }

    static PutSpec spec(long size, int retrievals) {
        return new PutSpec(size, retrievals, Duration.ofSeconds(60), "application/octet-stream", null);
    }

    static PutSpec spec(long size) {
        return spec(size, 1);
    }

    static PutSpec unknown() {
        return spec(PutSpec.UNKNOWN_SIZE);
    }

    /** Bytes that differ from object to object and from place to place. */
    static byte[] pattern(int seed, int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (seed * 31 + i * 7 + (i >> 8) + 1);
        }
        return bytes;
    }

    void pass(long millis) {
        wallMillis.addAndGet(millis);
    }

    // Plain checks where tests come by a hundred thousand times: the library's assertions take longer than the store.

    Upload begin(PutSpec spec) {
        if (store.admit(spec) instanceof Admitted(Upload upload)) {
            return upload;
        }
        throw new AssertionError("not admitted");
    }

    Upload put(byte[] bytes, int retrievals) {
        Upload upload = begin(spec(bytes.length, retrievals));
        upload.write(ByteBuffer.wrap(bytes));
        upload.complete();
        return upload;
    }

    Upload put(byte[] bytes) {
        return put(bytes, 1);
    }

    StoredObject find(Upload upload) {
        if (lookup(upload) instanceof Found(StoredObject object)) {
            return object;
        }
        throw new AssertionError("not found");
    }

    Lookup lookup(Upload upload) {
        return store.find(upload.id(), upload.capability());
    }

    Retrieval retrieve(Upload upload) {
        if (find(upload).reserve() instanceof Reserved(Retrieval retrieval)) {
            return retrieval;
        }
        throw new AssertionError("not reserved");
    }

    static byte[] readAll(Retrieval retrieval) {
        ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(retrieval.size()));
        while (!retrieval.finished(all.position())) {
            ByteBuffer part = retrieval.read(all.position(), 64 << 10);
            Objects.requireNonNull(part, "nothing to read");
            all.put(part);
        }
        return all.array();
    }

    byte[] get(Upload upload) {
        Retrieval retrieval = retrieve(upload);
        byte[] bytes = readAll(retrieval);
        retrieval.commit();
        return bytes;
    }

    /** Descriptors of this store's memfds that the process holds, as the kernel tells it. */
    long descriptors() {
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(this::isOurs).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Mappings of this store's memfds, as the kernel tells it. */
    long memfdMappings() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains("/memfd:" + name + " "))
                .count();
    }

    private boolean isOurs(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("/memfd:" + name + " ");
        } catch (IOException e) {
            return false; // Closed meanwhile by another test of this JVM.
        }
    }

    @Override
    public void close() {
        store.close();
        StoreFigures figures = store.figures();
        assertThat(figures.usedBytes()).as("used bytes").isZero();
        assertThat(figures.idleBytes()).as("idle bytes").isZero();
        assertThat(figures.retrievals()).as("retrievals under way").isZero();
        assertThat(kernel.mappings()).as("mappings").isZero();
        assertThat(kernel.openDescriptors).as("descriptors").hasValue(0);
        assertThat(descriptors()).as("descriptors, as the kernel tells it").isZero();
    }
}
