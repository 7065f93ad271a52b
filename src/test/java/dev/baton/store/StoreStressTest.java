package dev.baton.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.store.Admission.Admitted;
import dev.baton.store.Admission.Waiting;
import dev.baton.store.Lookup.Found;
import dev.baton.store.MemoryPool.Backing;
import dev.baton.store.Reservation.Reserved;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many threads do everything at once in a store that is too small for them; no byte is wrong, and in the end nothing is left. */
class StoreStressTest {
    private static final int THREADS = 4;
    private static final int STEPS = 3_000;
    private static final int SIZE_MAX = 300_000;
    private static final long BUDGET = 1 << 20;

    private record Put(Upload upload, int seed, int size) {}

    private final ConcurrentLinkedQueue<Put> puts = new ConcurrentLinkedQueue<>();

    @ParameterizedTest
    @EnumSource
    void everythingAtOnce(Backing backing) throws Exception {
        try (StoreFixture fixture = new StoreFixture(StoreSettings.ofBudget(BUDGET), backing);
                ExecutorService executor = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                SplittableRandom random = new SplittableRandom(i);
                threads.add(executor.submit(() -> run(fixture, random)));
            }
            for (Future<?> thread : threads) {
                thread.get(250, TimeUnit.SECONDS);
            }
            fixture.pass(3_600_000);
            fixture.store.expire();
            // A grant to somebody whose time ran out is undone by the thread of the time limit, which may lag behind.
            long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(100);
            while (fixture.store.figures().usedBytes() > 0 && System.nanoTime() < patience) {
                Thread.sleep(1);
            }
            StoreFigures figures = fixture.store.figures();
            assertThat(figures.usedBytes()).isZero();
            assertThat(figures.objects()).isZero();
            assertThat(figures.waiters()).isZero();
            assertThat(figures.retrievals()).isZero();
            Upload all = fixture.begin(StoreFixture.spec(BUDGET));
            assertThat(fixture.store.figures().usedBytes()).isEqualTo(BUDGET);
            all.abort();
        }
    }

    private void run(StoreFixture fixture, SplittableRandom random) {
        for (int i = 0; i < STEPS; i++) {
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> put(fixture, random);
                case 3, 4, 5 -> get(fixture, random);
                case 6 -> {
                    Put put = puts.poll();
                    if (put != null) {
                        fixture.store.delete(put.upload.id(), put.upload.capability());
                    }
                }
                default -> {
                    fixture.pass(random.nextInt(2_000));
                    fixture.store.expire();
                }
            }
            StoreFigures figures = fixture.store.figures();
            if (figures.usedBytes() + figures.idleBytes() > BUDGET) {
                throw new AssertionError("over budget: " + figures);
            }
        }
    }

    private void put(StoreFixture fixture, SplittableRandom random) {
        boolean sizeKnown = random.nextBoolean();
        int seed = random.nextInt();
        byte[] bytes = StoreFixture.pattern(seed, random.nextInt(random.nextBoolean() ? SIZE_MAX : 2_000));
        PutSpec spec = StoreFixture.spec(sizeKnown ? bytes.length : PutSpec.UNKNOWN_SIZE, 1 + random.nextInt(3));
        Upload upload =
                switch (fixture.store.admit(spec)) {
                    case Admitted(Upload now) -> now;
                    case Waiting(CompletableFuture<Upload> later) -> awaitOrLeave(later);
                    case Admission other -> throw new AssertionError(other);
                };
        if (upload == null) {
            return;
        }
        puts.add(new Put(upload, seed, bytes.length));
        try {
            for (int sent = 0; sent < bytes.length; ) {
                int step = Math.min(1 + random.nextInt(40_000), bytes.length - sent);
                if (random.nextInt(40) == 0 || !ensured(upload, step)) {
                    upload.abort();
                    return;
                }
                upload.write(ByteBuffer.wrap(bytes, sent, step));
                sent += step;
            }
            upload.complete();
        } catch (ObjectGoneException e) {
            upload.abort();
        }
    }

    private static boolean ensured(Upload upload, int bytes) {
        CompletableFuture<Void> room = upload.ensure(bytes);
        try {
            room.get(2, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return !room.cancel(false) && !room.isCompletedExceptionally();
        } catch (Exception e) {
            return false;
        }
    }

    private static Upload awaitOrLeave(CompletableFuture<Upload> later) {
        try {
            return later.orTimeout(2, TimeUnit.MILLISECONDS).join();
        } catch (CompletionException | CancellationException e) {
            return null;
        }
    }

    private void get(StoreFixture fixture, SplittableRandom random) {
        Put put = puts.poll();
        if (put == null
                || !(fixture.lookup(put.upload) instanceof Found(StoredObject object))
                || !(object.reserve() instanceof Reserved(Retrieval retrieval))) {
            return;
        }
        puts.add(put);
        byte[] expected = StoreFixture.pattern(put.seed, put.size);
        byte[] got = new byte[put.size];
        int offset = 0;
        while (!retrieval.finished(offset) && !retrieval.failed() && random.nextInt(50) != 0) {
            ByteBuffer part = retrieval.read(offset, 50_000);
            if (part != null) {
                int length = part.remaining();
                part.get(got, offset, length);
                if (!Arrays.equals(got, offset, offset + length, expected, offset, offset + length)) {
                    throw new AssertionError("wrong bytes");
                }
                offset += length;
            }
        }
        if (retrieval.finished(offset)) {
            retrieval.commit();
        } else {
            retrieval.giveBack();
        }
    }
}
