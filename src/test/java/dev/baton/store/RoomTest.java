package dev.baton.store;

import static dev.baton.store.StoreFixture.pattern;
import static dev.baton.store.StoreFixture.spec;
import static dev.baton.store.StoreFixture.unknown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.kernel.Errno;
import dev.baton.kernel.FaultyMemory;
import dev.baton.kernel.LinuxException;
import dev.baton.store.Admission.Refused;
import dev.baton.store.Admission.TooLarge;
import dev.baton.store.Admission.Waiting;
import dev.baton.store.MemoryPool.Backing;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class RoomTest {
    private static final int MIB = 1 << 20;

    private static CompletableFuture<Upload> waiting(StoreFixture fixture, PutSpec spec) {
        Admission admission = fixture.store.admit(spec);
        assertThat(admission).isInstanceOf(Waiting.class);
        return ((Waiting) admission).upload();
    }

    private static StoreSettings settings(long budgetBytes, long bookkeepingBytes) {
        return new StoreSettings(
                budgetBytes,
                Duration.ofSeconds(60),
                Duration.ofHours(1),
                bookkeepingBytes,
                100,
                Duration.ofSeconds(60),
                Duration.ofSeconds(30));
    }

    @Test
    void whatCanNeverFitIsRefusedAtOnce() {
        try (StoreFixture fixture = new StoreFixture(MIB)) {
            assertThat(fixture.store.admit(spec(MIB + 1))).isEqualTo(new TooLarge(MIB));
            assertThat(fixture.store.admit(spec(Long.MAX_VALUE))).isEqualTo(new TooLarge(MIB));
            Upload all = fixture.put(pattern(1, MIB));
            assertThat(fixture.store.figures().usedBytes()).isEqualTo(MIB);
            fixture.get(all);
        }
    }

    @Test
    void waitersAreServedInOrderAndNobodyOvertakes() {
        try (StoreFixture fixture = new StoreFixture(MIB)) {
            Upload first = fixture.put(pattern(1, MIB / 2));
            Upload second = fixture.put(pattern(2, MIB / 2));
            CompletableFuture<Upload> big = waiting(fixture, spec(3 * MIB / 4));
            CompletableFuture<Upload> small = waiting(fixture, spec(100));
            CompletableFuture<Upload> empty = waiting(fixture, spec(0));
            assertThat(fixture.store.figures().waiters()).isEqualTo(3);
            fixture.get(first);
            assertThat(big).isNotDone();
            assertThat(small).as("would fit, but was later").isNotDone();
            fixture.get(second);
            assertThat(big).isCompleted();
            assertThat(small).isCompleted();
            assertThat(empty).isCompleted();
            big.join().abort();
            small.join().abort();
            empty.join().abort();
        }
    }

    @Test
    void aWaiterThatCancelsMakesWayForTheNext() {
        try (StoreFixture fixture = new StoreFixture(MIB)) {
            Upload first = fixture.put(pattern(1, MIB / 2));
            CompletableFuture<Upload> big = waiting(fixture, spec(MIB));
            CompletableFuture<Upload> small = waiting(fixture, spec(MIB / 2));
            big.cancel(false);
            assertThat(small).isCompleted();
            assertThat(fixture.store.figures().waiters()).isZero();
            small.join().abort();
            fixture.get(first);
        }
    }

    @Test
    void aWaiterMayAlsoLeaveByAnyOtherFailure() {
        try (StoreFixture fixture = new StoreFixture(MIB)) {
            Upload first = fixture.put(pattern(1, MIB));
            CompletableFuture<Upload> waiter = waiting(fixture, spec(1));
            waiter.completeExceptionally(new IllegalStateException("deadline"));
            assertThat(fixture.store.figures().waiters()).isZero();
            fixture.get(first);
        }
    }

    @Test
    void closingSendsWaitersAway() {
        StoreFixture fixture = new StoreFixture(MIB);
        fixture.put(pattern(1, MIB));
        CompletableFuture<Upload> waiter = waiting(fixture, spec(1));
        fixture.close();
        assertThatThrownBy(waiter::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void aLongLineIsServedWithoutDeepStacks() {
        int waiters = 20_000;
        try (StoreFixture fixture = new StoreFixture(MIB)) {
            Upload first = fixture.put(pattern(1, MIB));
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < waiters; i++) {
                int number = i;
                // Each one frees its room at once, on the thread that gave it, which lets the next one in.
                waiting(fixture, spec(MIB)).thenAccept(upload -> {
                    order.add(number);
                    upload.abort();
                });
            }
            fixture.get(first);
            assertThat(order).hasSize(waiters).isSorted();
        }
    }

    @Test
    void objectsAreBoundedInNumberToo() {
        try (StoreFixture fixture = new StoreFixture(settings(MIB, 3 * 400))) {
            List<Upload> uploads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                uploads.add(fixture.put(new byte[0]));
            }
            CompletableFuture<Upload> fourth = waiting(fixture, spec(0));
            fixture.get(uploads.get(1));
            assertThat(fourth).isCompleted();
            fourth.join().abort();
        }
    }

    @Test
    void anUploadOfUnknownSizeGrowsAndInTheEndCountsWhatItHolds() {
        try (StoreFixture fixture = new StoreFixture(16 * MIB)) {
            byte[] bytes = pattern(7, 3 * MIB + 17);
            Upload upload = fixture.begin(unknown());
            assertThat(upload.size()).isEqualTo(PutSpec.UNKNOWN_SIZE);
            for (int sent = 0; sent < bytes.length; ) {
                int step = Math.min(10_000, bytes.length - sent);
                assertThat(upload.ensure(step)).isCompleted();
                upload.write(ByteBuffer.wrap(bytes, sent, step));
                sent += step;
            }
            assertThat(fixture.find(upload).size()).isEqualTo(PutSpec.UNKNOWN_SIZE);
            upload.complete();
            assertThat(upload.size()).isEqualTo(bytes.length);
            assertThat(fixture.store.figures().usedBytes()).isBetween((long) bytes.length, bytes.length + 65_536L);
            assertThat(fixture.get(upload)).isEqualTo(bytes);
        }
    }

    @Test
    void writingMoreThanWasEnsuredIsAMistake() {
        try (StoreFixture fixture = new StoreFixture(MIB)) {
            Upload upload = fixture.begin(unknown());
            upload.ensure(50_000).join();
            upload.write(ByteBuffer.allocate(50_000));
            assertThatThrownBy(() -> upload.write(ByteBuffer.allocate(MIB))).isInstanceOf(IllegalStateException.class);
            upload.abort();
        }
    }

    @Test
    void growthWaitsAheadOfNewObjects() {
        try (StoreFixture fixture = new StoreFixture(MIB)) {
            Upload growing = fixture.begin(unknown());
            Upload other = fixture.put(pattern(1, MIB / 2));
            Upload third = fixture.put(pattern(2, MIB / 4));
            CompletableFuture<Upload> put = waiting(fixture, spec(MIB / 2));
            CompletableFuture<Void> room = growing.ensure(MIB / 2);
            assertThat(room).isNotDone();
            fixture.get(other);
            assertThat(room).isCompleted();
            assertThat(put).isNotDone();
            growing.write(ByteBuffer.wrap(pattern(3, MIB / 2)));
            growing.complete();
            fixture.get(third);
            assertThat(put).isNotDone();
            assertThat(fixture.get(growing)).isEqualTo(pattern(3, MIB / 2));
            assertThat(put).isCompleted();
            put.join().abort();
        }
    }

    @Test
    void growthThatIsCancelledLeavesTheLineAndMayBeAskedForAgain() {
        try (StoreFixture fixture = new StoreFixture(MIB)) {
            Upload growing = fixture.begin(unknown());
            Upload other = fixture.put(pattern(1, MIB / 2));
            CompletableFuture<Void> room = growing.ensure(3 * MIB / 4);
            room.cancel(false);
            assertThat(fixture.store.figures().waiters()).isZero();
            CompletableFuture<Void> again = growing.ensure(3 * MIB / 4);
            assertThatThrownBy(() -> growing.ensure(4 * MIB / 5)).isInstanceOf(IllegalStateException.class);
            fixture.get(other);
            assertThat(again).isCompleted();
            growing.abort();
        }
    }

    @Test
    void growthBeyondTheBudgetFailsAtOnce() {
        try (StoreFixture fixture = new StoreFixture(MIB)) {
            Upload upload = fixture.begin(unknown());
            assertThatThrownBy(upload.ensure(2 * MIB)::get).hasCauseInstanceOf(ObjectTooLargeException.class);
            upload.abort();
        }
    }

    @Test
    void uploadsThatBlockEachOtherAreNotLeftToWait() {
        try (StoreFixture fixture = new StoreFixture(MIB)) {
            Upload small = fixture.put(pattern(1, 100_000));
            Upload first = fixture.begin(unknown());
            first.ensure(400_000).join();
            Upload second = fixture.begin(unknown());
            second.ensure(400_000).join();
            CompletableFuture<Void> room = first.ensure(700_000);
            assertThat(room).as("the second may still end and be retrieved").isNotDone();
            assertThatThrownBy(second.ensure(700_000)::get).hasCauseInstanceOf(StoreFullException.class);
            assertThat(room).isNotDone();
            second.abort();
            assertThat(room).isCompleted();
            first.abort();
            fixture.get(small);
        }
    }

    @Test
    void growthOfAnEndedObjectFails() {
        try (StoreFixture fixture = new StoreFixture(MIB)) {
            Upload upload = fixture.begin(unknown());
            Upload other = fixture.put(pattern(1, MIB / 2));
            CompletableFuture<Void> room = upload.ensure(3 * MIB / 4);
            fixture.store.delete(upload.id(), upload.capability());
            assertThatThrownBy(room::get).hasCauseInstanceOf(ObjectGoneException.class);
            assertThatThrownBy(upload.ensure(10_000)::get).hasCauseInstanceOf(ObjectGoneException.class);
            upload.abort();
            assertThatThrownBy(() -> upload.ensure(10_000)).isInstanceOf(IllegalStateException.class);
            fixture.get(other);
        }
    }

    @Test
    void anAbortWhileWaitingForGrowthFreesEverything() {
        try (StoreFixture fixture = new StoreFixture(MIB)) {
            Upload upload = fixture.begin(unknown());
            Upload other = fixture.put(pattern(1, MIB / 2));
            CompletableFuture<Void> room = upload.ensure(3 * MIB / 4);
            upload.abort();
            assertThat(room).isCompletedExceptionally();
            assertThat(fixture.store.figures().waiters()).isZero();
            fixture.get(other);
        }
    }

    @Test
    void whenTheKernelRefusesNothingIsHeld() {
        try (StoreFixture fixture = new StoreFixture(StoreSettings.ofBudget(4 * MIB), Backing.SEALED_MEMFD)) {
            FaultyMemory kernel = fixture.kernel;
            kernel.fail("memfd_create", Errno.EMFILE, 1);
            assertThat(fixture.store.admit(spec(MIB)))
                    .isInstanceOfSatisfying(
                            Refused.class, r -> assertThat(r.cause().errno()).isEqualTo(Errno.EMFILE));
            kernel.fail("mmap", Errno.ENOMEM, 1);
            assertThat(fixture.store.admit(spec(10))).isInstanceOf(Refused.class);
            assertThat(fixture.store.figures().usedBytes()).isZero();
            fixture.get(fixture.put(pattern(1, MIB)));

            // With idle memory at hand, that is given back first.
            kernel.fail("memfd_create", Errno.EMFILE, 1);
            fixture.get(fixture.put(pattern(1, 2 * MIB + 1)));
        }
    }

    @Test
    void whenTheKernelRefusesAWaiterTheNextOneIsServed() {
        try (StoreFixture fixture = new StoreFixture(StoreSettings.ofBudget(MIB), Backing.SEALED_MEMFD)) {
            FaultyMemory kernel = fixture.kernel;
            Upload first = fixture.put(pattern(1, MIB));
            CompletableFuture<Upload> refused = waiting(fixture, spec(MIB / 4));
            CompletableFuture<Upload> served = waiting(fixture, spec(MIB));
            kernel.fail("mmap", Errno.ENOMEM, 1);
            fixture.get(first);
            assertThatThrownBy(refused::get).hasCauseInstanceOf(LinuxException.class);
            assertThat(served).isCompleted();
            served.join().abort();

            Upload growing = fixture.begin(unknown());
            kernel.fail("memfd_create", Errno.EMFILE, 1);
            assertThatThrownBy(growing.ensure(100_000)::get).hasCauseInstanceOf(LinuxException.class);
            assertThat(growing.ensure(100_000)).as("it may be tried again").isCompleted();
            growing.abort();
        }
    }

    @Test
    void anAbortedPutLetsTheNextOneIn() {
        try (StoreFixture fixture = new StoreFixture(MIB)) {
            Upload upload = fixture.begin(spec(MIB));
            CompletableFuture<Upload> next = waiting(fixture, spec(MIB));
            upload.abort();
            assertThat(next).isCompleted();
            CompletableFuture<Upload> third = waiting(fixture, spec(1));
            next.join().abort();
            third.join().abort();
        }
    }
}
