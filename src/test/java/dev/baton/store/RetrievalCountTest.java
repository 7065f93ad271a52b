package dev.baton.store;

import static dev.baton.store.StoreFixture.pattern;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.store.Lookup.Gone;
import dev.baton.store.Reservation.Busy;
import dev.baton.store.Reservation.Reserved;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RetrievalCountTest {
    @Test
    void busyWhileAllAreReservedGoneWhenAllAreCommitted() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Upload upload = fixture.put(pattern(1, 100), 2);
            StoredObject object = fixture.find(upload);
            Retrieval first = fixture.retrieve(upload);
            Retrieval second = fixture.retrieve(upload);
            assertThat(object.reserve()).isSameAs(Busy.INSTANCE);
            first.commit();
            assertThat(object.reserve()).isSameAs(Busy.INSTANCE);
            second.giveBack();
            Retrieval again = fixture.retrieve(upload);
            again.commit();
            assertThat(object.reserve()).isEqualTo(new Reservation.Gone(GoneReason.COMMITTED));
            assertThat(fixture.lookup(upload)).isEqualTo(new Gone(GoneReason.COMMITTED));
        }
    }

    @Test
    void onlyTheFirstEndOfARetrievalCounts() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Upload upload = fixture.put(pattern(1, 100), 3);
            Retrieval first = fixture.retrieve(upload);
            first.commit();
            first.commit();
            first.giveBack();
            Retrieval second = fixture.retrieve(upload);
            second.giveBack();
            second.commit();
            assertThatThrownBy(() -> second.read(0, 1)).isInstanceOf(IllegalStateException.class);
            fixture.get(upload);
            assertThat(fixture.find(upload).complete()).as("one is left").isTrue();
            fixture.get(upload);
            assertThat(fixture.lookup(upload)).isInstanceOf(Gone.class);
        }
    }

    @Test
    void theFourthBrokenAttemptIsBurnt() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Upload upload = fixture.put(pattern(1, 100), 2);
            for (int i = 0; i < 4; i++) {
                fixture.retrieve(upload).giveBack();
            }
            Retrieval last = fixture.retrieve(upload);
            assertThat(fixture.find(upload).reserve()).as("one of two is burnt").isSameAs(Busy.INSTANCE);
            last.commit();
            assertThat(fixture.lookup(upload)).isInstanceOf(Gone.class);
        }
    }

    @Test
    void anObjectWhoseRetrievalsAreAllBurntIsFreed() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Upload upload = fixture.put(pattern(1, 100), 2);
            for (int i = 0; i < 8; i++) {
                fixture.retrieve(upload).giveBack();
            }
            assertThat(fixture.lookup(upload)).isEqualTo(new Gone(GoneReason.COMMITTED));
            assertThat(fixture.store.figures().usedBytes()).isZero();
        }
    }

    @Test
    void nobodyCommitsWhatIsNotComplete() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Upload upload = fixture.begin(StoreFixture.spec(10));
            Retrieval retrieval = fixture.retrieve(upload);
            assertThatThrownBy(retrieval::commit).isInstanceOf(IllegalStateException.class);
            upload.write(ByteBuffer.wrap(pattern(1, 10)));
            upload.complete();
            retrieval.commit();
            assertThat(fixture.lookup(upload)).isInstanceOf(Gone.class);
        }
    }

    @Test
    void theLargestCountWorks() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Upload upload = fixture.put(pattern(1, 100), Integer.MAX_VALUE);
            List<Retrieval> open = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                open.add(fixture.retrieve(upload));
            }
            open.forEach(Retrieval::commit);
            assertThat(fixture.find(upload).complete()).isTrue();
        }
    }

    @Test
    void ofManyConcurrentRetrievalsExactlyAsManyAsAllowedSucceed() throws Exception {
        int allowed = 50;
        int threads = 8;
        int attemptsEach = 20;
        byte[] bytes = pattern(5, 70_000);
        try (StoreFixture fixture = new StoreFixture(1 << 20);
                ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (int round = 0; round < 20; round++) {
                Upload upload = fixture.put(bytes, allowed);
                CyclicBarrier start = new CyclicBarrier(threads);
                Callable<Integer> consumer = () -> {
                    start.await(100, TimeUnit.SECONDS);
                    int committed = 0;
                    for (int i = 0; i < attemptsEach; i++) {
                        if (fixture.lookup(upload) instanceof Lookup.Found(StoredObject object)
                                && object.reserve() instanceof Reserved(Retrieval retrieval)) {
                            assertThat(retrieval.read(0, 1).get()).isEqualTo(bytes[0]);
                            retrieval.commit();
                            committed++;
                        }
                    }
                    return committed;
                };
                List<Future<Integer>> results = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    results.add(executor.submit(consumer));
                }
                int committed = 0;
                for (Future<Integer> result : results) {
                    committed += result.get(100, TimeUnit.SECONDS);
                }
                assertThat(committed).isEqualTo(allowed);
                assertThat(fixture.lookup(upload)).isEqualTo(new Gone(GoneReason.COMMITTED));
                assertThat(fixture.store.figures().usedBytes()).isZero();
            }
        }
    }

    /** Any order of reserving, committing and giving back counts as plain arithmetic does. */
    @Property(tries = 300)
    void countingIsArithmetic(
            @ForAll @IntRange(min = 1, max = 6) int allowed,
            @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 5) Integer> steps) {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            StoredObject object = fixture.find(fixture.put(pattern(1, 10), allowed));
            List<Retrieval> open = new ArrayList<>();
            int usedUp = 0;
            int givenBack = 0;
            for (int step : steps) {
                if (step < 2) {
                    Reservation reservation = object.reserve();
                    if (usedUp == allowed) {
                        assertThat(reservation).isEqualTo(new Reservation.Gone(GoneReason.COMMITTED));
                    } else if (usedUp + open.size() == allowed) {
                        assertThat(reservation).isSameAs(Busy.INSTANCE);
                    } else {
                        open.add(((Reserved) reservation).retrieval());
                    }
                } else if (!open.isEmpty()) {
                    Retrieval retrieval = open.remove(step % open.size());
                    if (step < 4) {
                        retrieval.commit();
                        usedUp++;
                    } else {
                        retrieval.giveBack();
                        givenBack++;
                        usedUp += givenBack % 4 == 0 ? 1 : 0;
                    }
                }
            }
            open.forEach(Retrieval::giveBack);
        }
    }
}
