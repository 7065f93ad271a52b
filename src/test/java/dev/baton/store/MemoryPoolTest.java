package dev.baton.store;

import static dev.baton.store.StoreFixture.pattern;
import static dev.baton.store.StoreFixture.spec;
import static dev.baton.store.StoreFixture.unknown;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.kernel.FaultyMemory;
import dev.baton.store.Admission.Admitted;
import dev.baton.store.Admission.Waiting;
import dev.baton.store.MemoryPool.Backing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MemoryPoolTest {
    private static final int MIB = 1 << 20;

    @Property(tries = 2000)
    void aClassIsTheSmallestThatHolds(@ForAll @LongRange(min = 1, max = 1L << 46) long bytes) {
        int sizeClass = SizeClasses.of(bytes);
        assertThat(SizeClasses.capacity(sizeClass)).isGreaterThanOrEqualTo(bytes);
        if (sizeClass > 0) {
            assertThat(SizeClasses.capacity(sizeClass - 1)).isLessThan(bytes);
        }
        assertThat(SizeClasses.of(SizeClasses.capacity(sizeClass))).isEqualTo(sizeClass);
        assertThat(sizeClass + SizeClasses.NEAR).isLessThan(SizeClasses.CLASSES);
        if (bytes > SizeClasses.SMALL_MAX) {
            assertThat(SizeClasses.capacity(sizeClass) * 4)
                    .as("at most a quarter more")
                    .isLessThanOrEqualTo(bytes * 5 + 4);
        } else {
            assertThat(SizeClasses.capacity(sizeClass)).isLessThanOrEqualTo(Math.max(bytes * 2, SizeClasses.PAGE));
        }
    }

    @Test
    void memoryIsUsedAgain() {
        try (StoreFixture fixture = new StoreFixture(64 * MIB)) {
            for (int i = 0; i < 100; i++) {
                fixture.get(fixture.put(pattern(i, MIB + i * 1000)));
                fixture.get(fixture.put(pattern(i, 1000 + i)));
            }
            assertThat(fixture.kernel.memfds.get()).isLessThanOrEqualTo(2);
            assertThat(fixture.kernel.mappings()).isLessThanOrEqualTo(4);
            assertThat(fixture.store.figures().poolHits()).isGreaterThanOrEqualTo(196);
        }
    }

    @Test
    void recycledMemoryShowsNothingOfItsFormerOwner() {
        for (int size : new int[] {200, 4096, 30_000, 100_000, 3 * MIB}) {
            try (StoreFixture fixture = new StoreFixture(16 * MIB)) {
                fixture.get(fixture.put(pattern(1, size)));
                Upload next = fixture.begin(spec(size));
                Retrieval reader = fixture.retrieve(next);
                assertThat(reader.read(0, size)).as("before the first byte").isNull();
                next.write(ByteBuffer.wrap(pattern(2, 150)));
                assertThat(reader.read(0, size)).isEqualTo(ByteBuffer.wrap(pattern(2, 150)));
                assertThat(reader.read(149, size)).isEqualTo(ByteBuffer.wrap(pattern(2, 150), 149, 1));
                assertThat(reader.read(150, size)).isNull();
                ByteBuffer view = reader.read(0, size);
                assertThat(view.capacity()).as("no way behind the limit").isEqualTo(150);
                next.abort();
                reader.giveBack();

                Upload shorter = fixture.begin(unknown());
                shorter.ensure(100).join();
                shorter.write(ByteBuffer.wrap(pattern(3, 100)));
                shorter.complete();
                assertThat(fixture.get(shorter)).isEqualTo(pattern(3, 100));
            }
        }
    }

    @Test
    void aHundredThousandTinyObjectsNeedFewDescriptorsAndMappings() {
        int count = 100_000;
        try (StoreFixture fixture = new StoreFixture(64 * MIB)) {
            List<Upload> uploads = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                uploads.add(fixture.put(tiny(i)));
            }
            assertThat(fixture.kernel.openDescriptors).hasValue(0);
            assertThat(fixture.kernel.mappings()).isLessThan(200);
            assertThat(fixture.store.figures().usedBytes()).isLessThan(count * 256L);
            for (int i = 0; i < count; i += 2) {
                assertSame(tiny(i), fixture.get(uploads.get(i)));
            }
            for (int i = 0; i < count; i += 2) {
                uploads.set(i, fixture.put(tiny(i + 1)));
            }
            for (int i = 0; i < count; i++) {
                assertSame(tiny(i % 2 == 0 ? i + 1 : i), fixture.get(uploads.get(i)));
            }
            assertThat(fixture.store.figures().usedBytes()).isZero();
        }
    }

    private static void assertSame(byte[] expected, byte[] actual) {
        if (!Arrays.equals(expected, actual)) {
            throw new AssertionError("not the bytes that were put");
        }
    }

    private static byte[] tiny(int i) {
        return pattern(i, i % 200);
    }

    @Test
    void sealedMemoryHasItsDescriptorUntilItGoes() throws IOException {
        try (StoreFixture fixture = new StoreFixture(StoreSettings.ofBudget(64 * MIB), Backing.SEALED_MEMFD)) {
            for (int i = 0; i < 10; i++) {
                fixture.put(pattern(i, 100_000 + i * 100_000));
                fixture.put(pattern(i, 1000));
            }
            assertThat(fixture.descriptors()).isEqualTo(10);
            assertThat(fixture.memfdMappings()).isEqualTo(10);
            fixture.pass(60_000);
            fixture.store.expire();
            fixture.pass(30_000);
            fixture.store.expire();
            assertThat(fixture.descriptors()).isZero();
            assertThat(fixture.memfdMappings()).isZero();
        }
    }

    @Test
    void idleMemoryGoesAfterAWhile() {
        try (StoreFixture fixture = new StoreFixture(64 * MIB)) {
            fixture.get(fixture.put(pattern(1, MIB)));
            fixture.pass(20_000);
            fixture.get(fixture.put(pattern(1, 10 * MIB)));
            fixture.get(fixture.put(pattern(1, 100)));
            fixture.pass(9_999);
            fixture.store.expire();
            assertThat(fixture.kernel.mappings()).isEqualTo(3);
            fixture.pass(1);
            fixture.store.expire();
            assertThat(fixture.kernel.mappings()).isEqualTo(2);
            fixture.pass(20_000);
            fixture.store.expire();
            assertThat(fixture.kernel.mappings()).isEqualTo(0);
            assertThat(fixture.kernel.openDescriptors).hasValue(0);
            assertThat(fixture.store.figures().idleBytes()).isZero();
        }
    }

    @Test
    void idleMemoryMakesWayForOtherSizes() {
        try (StoreFixture fixture = new StoreFixture(8 * MIB)) {
            for (int size :
                    new int[] {8 * MIB, MIB, 4 * MIB, 6 * MIB, 2 * MIB, 8 * MIB, 100, 8 * MIB, 100_000, 7 * MIB}) {
                fixture.get(fixture.put(pattern(size, size)));
                StoreFigures figures = fixture.store.figures();
                assertThat(figures.usedBytes() + figures.idleBytes()).isLessThanOrEqualTo(8 * MIB);
            }
            assertThat(fixture.kernel.mappedBytesMax.get())
                    .as("address space: slabs, classes rounded up, alignment")
                    .isLessThanOrEqualTo(13 * MIB);
        }
    }

    /** What the store says it holds is what the kernel says is resident, whatever happens. */
    @Property(tries = 60)
    void whatIsCountedIsWhatIsResident(@ForAll Backing backing, @ForAll @Size(max = 40) List<Integer> steps) {
        try (StoreFixture fixture = new StoreFixture(StoreSettings.ofBudget(4 * MIB), backing)) {
            putAndEnd(fixture, steps, 600_000);
            StoreFigures figures = fixture.store.figures();
            long counted = figures.usedBytes() + figures.idleBytes();
            // A block counts from when it is handed out, written or not.
            assertThat(fixture.kernel.residentBytes()).isBetween(counted - 32_768, counted);
        }
    }

    /** Huge pages come when the kernel likes; never may they make more resident than is counted. */
    @Property(tries = 30)
    void hugePagesAreCountedToo(@ForAll Backing backing, @ForAll @Size(max = 20) List<Integer> steps) {
        try (StoreFixture fixture = new StoreFixture(StoreSettings.ofBudget(24 * MIB), backing)) {
            putAndEnd(fixture, steps, 12 * MIB);
            StoreFigures figures = fixture.store.figures();
            assertThat(fixture.kernel.residentBytes()).isLessThanOrEqualTo(figures.usedBytes() + figures.idleBytes());
        }
    }

    /** Objects that are put, put in part and given up, and deleted, in an order that the steps give. */
    private static void putAndEnd(StoreFixture fixture, List<Integer> steps, int sizeMax) {
        List<Upload> complete = new ArrayList<>();
        for (int step : steps) {
            int size = 40_000 + Math.floorMod(step * 7919, sizeMax);
            int kind = Math.floorMod(step, 5);
            if (kind == 4 && !complete.isEmpty()) {
                Upload last = complete.removeLast();
                fixture.store.delete(last.id(), last.capability());
            } else {
                switch (fixture.store.admit(kind == 3 ? unknown() : spec(size))) {
                    case Admitted(Upload upload) -> {
                        int written = kind == 2 ? size / 3 : size;
                        CompletableFuture<Void> room = upload.ensure(written);
                        if (room.isDone()) {
                            upload.write(ByteBuffer.wrap(pattern(step, written)));
                        }
                        if (room.isDone() && kind != 2) {
                            upload.complete();
                            complete.add(upload);
                        } else {
                            upload.abort();
                        }
                    }
                    case Waiting(CompletableFuture<Upload> waiter) -> waiter.cancel(false);
                    case Admission other -> throw new AssertionError(other);
                }
            }
            StoreFigures figures = fixture.store.figures();
            assertThat(figures.usedBytes() + figures.idleBytes()).isLessThanOrEqualTo(figures.budgetBytes());
        }
    }

    @Test
    void objectsBeyondTheLimitOfOneBufferWork() {
        long size = (2L << 30) + (3 << 20) + 5;
        // The memory shows the same bytes every so often, so these repeat as often; a wrong offset is still seen.
        byte[] part = new byte[(int) FaultyMemory.FOLD];
        new SplittableRandom(1).nextBytes(part);
        try (StoreFixture fixture = new StoreFixture(3L << 30)) {
            fixture.kernel.folded = true;
            Upload upload = fixture.begin(spec(size));
            for (long sent = 0; sent < size; ) {
                int step = (int) Math.min(part.length, size - sent);
                upload.write(ByteBuffer.wrap(part, 0, step));
                sent += step;
            }
            upload.complete();
            Retrieval retrieval = fixture.retrieve(upload);
            assertThat(retrieval.size()).isEqualTo(size);
            for (long offset : new long[] {0, 1, (1L << 30) - 3, (1L << 31) - 3, 1L << 31, size - 7}) {
                ByteBuffer view = retrieval.read(offset, 7);
                assertThat(view.remaining()).isEqualTo(7);
                for (int i = 0; i < 7; i++) {
                    assertThat(view.get(i)).isEqualTo(part[(int) ((offset + i) % part.length)]);
                }
            }
            assertThat(retrieval.read(1L << 31, Integer.MAX_VALUE).remaining()).isEqualTo((int) (size - (1L << 31)));
            assertThat(retrieval.read(0, Integer.MAX_VALUE).remaining()).isEqualTo(1 << 30);
            assertThat(retrieval.finished(size)).isTrue();
            assertThat(retrieval.finished(size - (1L << 32))).isFalse();
            retrieval.commit();
        }
    }
}
