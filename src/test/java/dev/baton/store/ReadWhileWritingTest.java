package dev.baton.store;

import static dev.baton.store.StoreFixture.pattern;
import static dev.baton.store.StoreFixture.readAll;
import static dev.baton.store.StoreFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.store.Lookup.Gone;
import dev.baton.store.Reservation.Reserved;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadWhileWritingTest {
    @Test
    void aReaderSeesWhatIsWrittenAndIsWokenOnlyWhenItFoundNothing() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Upload upload = fixture.begin(spec(300));
            Retrieval retrieval = fixture.retrieve(upload);
            AtomicInteger woken = new AtomicInteger();
            retrieval.onProgress(woken::incrementAndGet);
            upload.write(ByteBuffer.wrap(pattern(1, 100)));
            assertThat(woken).as("it has not looked yet").hasValue(0);
            assertThat(retrieval.read(0, 1000)).isEqualTo(ByteBuffer.wrap(pattern(1, 100)));
            assertThat(retrieval.read(40, 20)).isEqualTo(ByteBuffer.wrap(pattern(1, 100), 40, 20));
            assertThat(retrieval.finished(100)).isFalse();
            assertThat(retrieval.read(100, 1000)).isNull();
            upload.write(ByteBuffer.wrap(pattern(2, 100)));
            assertThat(woken).hasValue(1);
            upload.write(ByteBuffer.wrap(pattern(3, 100)));
            assertThat(woken).hasValue(1);
            assertThat(retrieval.read(200, 1000)).isEqualTo(ByteBuffer.wrap(pattern(3, 100)));
            assertThat(retrieval.read(300, 1000)).isNull();
            assertThat(retrieval.finished(300)).isFalse();
            upload.complete();
            assertThat(woken).as("completion is progress").hasValue(2);
            assertThat(retrieval.finished(300)).isTrue();
            assertThat(retrieval.read(300, 1)).isNull();
            retrieval.commit();
        }
    }

    @Test
    void whatIsReadCannotBeWritten() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Retrieval retrieval = fixture.retrieve(fixture.put(pattern(1, 100)));
            ByteBuffer view = retrieval.read(0, 100);
            assertThatThrownBy(() -> view.put(0, (byte) 0)).isInstanceOf(ReadOnlyBufferException.class);
            assertThatThrownBy(() -> retrieval.read(-1, 1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> retrieval.read(0, 0)).isInstanceOf(IllegalArgumentException.class);
            assertThat(retrieval.read(Long.MAX_VALUE, 1)).isNull();
            retrieval.commit();
        }
    }

    @Test
    void anAbortFailsEveryReader() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Upload upload = fixture.begin(spec(100_000, 3));
            upload.write(ByteBuffer.wrap(pattern(1, 50_000)));
            Retrieval waiting = fixture.retrieve(upload);
            Retrieval behind = fixture.retrieve(upload);
            StoredObject object = fixture.find(upload);
            AtomicInteger woken = new AtomicInteger();
            waiting.onProgress(woken::incrementAndGet);
            behind.onProgress(woken::incrementAndGet);
            assertThat(waiting.read(50_000, 10)).isNull();
            upload.abort();
            assertThat(woken).hasValue(2);
            assertThat(waiting.failed()).isTrue();
            assertThat(behind.failed()).isTrue();
            assertThat(behind.finished(50_000)).isFalse();
            assertThat(behind.read(0, 10)).isNull();
            assertThat(object.complete()).isFalse();
            assertThat(object.reserve()).isEqualTo(new Reservation.Gone(GoneReason.ABORTED));
            assertThat(fixture.lookup(upload)).isEqualTo(new Gone(GoneReason.ABORTED));
            waiting.giveBack();
            assertThat(fixture.store.figures().usedBytes()).isPositive();
            behind.giveBack();
            assertThat(fixture.store.figures().usedBytes()).isZero();
        }
    }

    @Test
    void aReaderThatThrowsHarmsNobodyElse() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Upload upload = fixture.begin(spec(10, 2));
            Retrieval rude = fixture.retrieve(upload);
            Retrieval polite = fixture.retrieve(upload);
            AtomicInteger woken = new AtomicInteger();
            AtomicInteger reported = new AtomicInteger();
            for (Retrieval retrieval : List.of(rude, polite)) {
                retrieval.onProgress(() -> {
                    woken.incrementAndGet();
                    if (retrieval == rude) {
                        throw new IllegalStateException("event loop is shut down");
                    }
                });
                assertThat(retrieval.read(0, 1)).isNull();
            }
            Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> reported.incrementAndGet());
            try {
                upload.write(ByteBuffer.wrap(pattern(1, 10)));
            } finally {
                Thread.currentThread().setUncaughtExceptionHandler(null);
            }
            assertThat(woken).hasValue(2);
            assertThat(reported).hasValue(1);
            upload.complete();
            rude.giveBack();
            polite.commit();
            fixture.get(upload);
        }
    }

    /** No wake-up is lost, whatever the interleaving: a reader that waits for one that never comes fails this test by its time limit. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void concurrentReadersGetEveryByteWhileItIsWritten(boolean sizeKnown) throws Exception {
        int readers = 3;
        int rounds = 150;
        try (StoreFixture fixture = new StoreFixture(32 << 20);
                ExecutorService executor = Executors.newFixedThreadPool(readers)) {
            SplittableRandom random = new SplittableRandom(42);
            for (int round = 0; round < rounds; round++) {
                byte[] bytes = pattern(round, random.nextInt(round % 10 == 0 ? 2_000_000 : 5_000));
                Upload upload = fixture.begin(spec(sizeKnown ? bytes.length : PutSpec.UNKNOWN_SIZE, readers));
                List<Future<byte[]>> results = new ArrayList<>();
                for (int i = 0; i < readers; i++) {
                    Retrieval retrieval = fixture.retrieve(upload);
                    results.add(executor.submit(() -> follow(retrieval)));
                }
                for (int sent = 0; sent < bytes.length; ) {
                    int step = Math.min(1 + random.nextInt(100_000), bytes.length - sent);
                    upload.ensure(step).join();
                    upload.write(ByteBuffer.wrap(bytes, sent, step));
                    sent += step;
                }
                upload.complete();
                for (Future<byte[]> result : results) {
                    assertThat(result.get(100, TimeUnit.SECONDS)).isEqualTo(bytes);
                }
                assertThat(fixture.lookup(upload)).isEqualTo(new Gone(GoneReason.COMMITTED));
            }
        }
    }

    private static byte[] follow(Retrieval retrieval) throws InterruptedException {
        Semaphore progress = new Semaphore(0);
        retrieval.onProgress(progress::release);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (true) {
            ByteBuffer part = retrieval.read(bytes.size(), 10_000);
            if (part != null) {
                byte[] copy = new byte[part.remaining()];
                part.get(copy);
                bytes.writeBytes(copy);
            } else if (retrieval.finished(bytes.size())) {
                retrieval.commit();
                return bytes.toByteArray();
            } else if (retrieval.failed()) {
                retrieval.giveBack();
                throw new IllegalStateException("failed");
            } else if (!progress.tryAcquire(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("not woken at " + bytes.size() + " of " + retrieval.size());
            }
        }
    }

    @Test
    void aBrokenRetrievalIsRepeatedFromTheStart() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            byte[] bytes = pattern(1, 100_000);
            Upload upload = fixture.put(bytes);
            Retrieval broken = fixture.retrieve(upload);
            assertThat(broken.read(0, 50_000)).isNotNull();
            broken.giveBack();
            assertThat(fixture.find(upload).reserve()).isInstanceOfSatisfying(Reserved.class, reserved -> {
                assertThat(readAll(reserved.retrieval())).isEqualTo(bytes);
                reserved.retrieval().commit();
            });
        }
    }
}
