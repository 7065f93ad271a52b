package dev.baton.store;

import static dev.baton.store.StoreFixture.pattern;
import static dev.baton.store.StoreFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.store.Lookup.Found;
import dev.baton.store.Lookup.Gone;
import dev.baton.store.Lookup.Unknown;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ExpiryTest {
    private static final Gone EXPIRED = new Gone(GoneReason.EXPIRED);

    private static PutSpec withTtl(Duration ttl) {
        return new PutSpec(0, 1, ttl, "text/plain", null);
    }

    private static Upload empty(StoreFixture fixture, Duration ttl) {
        Upload upload = fixture.begin(withTtl(ttl));
        upload.complete();
        return upload;
    }

    @Test
    void anObjectIsThereUntilTheMillisecondBeforeItsExpiry() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Upload upload = empty(fixture, Duration.ofMillis(1500));
            Instant expires = upload.expires();
            assertThat(expires).isEqualTo(fixture.clock.instant().plusMillis(1500));
            StoredObject object = fixture.find(upload);
            fixture.pass(1499);
            fixture.store.expire();
            assertThat(fixture.lookup(upload)).isInstanceOf(Found.class);
            fixture.pass(1);
            // No tick has passed: looking is enough.
            assertThat(fixture.lookup(upload)).isEqualTo(EXPIRED);
            assertThat(object.reserve()).isEqualTo(new Reservation.Gone(GoneReason.EXPIRED));
        }
    }

    @Test
    void theTickFreesWhatNobodyAsksForAnyMore() {
        try (StoreFixture fixture = new StoreFixture(8 << 20)) {
            for (int i = 0; i < 1000; i++) {
                fixture.put(pattern(i, 100 + i * 7));
            }
            fixture.pass(59_999);
            fixture.store.expire();
            assertThat(fixture.store.figures().objects()).isEqualTo(1000);
            fixture.pass(1);
            fixture.store.expire();
            assertThat(fixture.store.figures().objects()).isZero();
            assertThat(fixture.store.figures().usedBytes()).isZero();
        }
    }

    @Test
    void deadlinesManyTurnsOfTheWheelAwayAreKept() {
        StoreSettings settings = new StoreSettings(
                1 << 20,
                Duration.ofSeconds(60),
                Duration.ofDays(2),
                1 << 20,
                100,
                Duration.ofSeconds(60),
                Duration.ofSeconds(30));
        try (StoreFixture fixture = new StoreFixture(settings)) {
            List<Upload> uploads = new ArrayList<>();
            for (int hours = 1; hours <= 40; hours++) {
                uploads.add(empty(fixture, Duration.ofHours(hours)));
            }
            for (int hours = 1; hours <= 40; hours++) {
                fixture.pass(Duration.ofHours(1).toMillis() - 1);
                fixture.store.expire();
                assertThat(fixture.store.figures().objects()).isEqualTo(41 - hours);
                fixture.pass(1);
                fixture.store.expire();
                assertThat(fixture.store.figures().objects()).isEqualTo(40 - hours);
                assertThat(fixture.lookup(uploads.get(hours - 1))).isEqualTo(EXPIRED);
            }
        }
    }

    @Test
    void aClockSetBackNeitherRevivesNorProlongs() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Upload first = empty(fixture, Duration.ofSeconds(10));
            Upload second = empty(fixture, Duration.ofSeconds(20));
            fixture.pass(10_000);
            assertThat(fixture.lookup(first)).isEqualTo(EXPIRED);
            fixture.pass(-3_600_000);
            assertThat(fixture.lookup(first)).as("still gone").isEqualTo(EXPIRED);
            assertThat(fixture.lookup(second)).isInstanceOf(Found.class);
            Upload third = empty(fixture, Duration.ofSeconds(10));
            assertThat(third.expires())
                    .as("in the wall clock's new time")
                    .isEqualTo(fixture.clock.instant().plusSeconds(10));
            fixture.pass(9_999);
            assertThat(fixture.lookup(second)).isInstanceOf(Found.class);
            assertThat(fixture.lookup(third)).isInstanceOf(Found.class);
            fixture.pass(1);
            assertThat(fixture.lookup(second))
                    .as("20 s have passed, whatever the clock says")
                    .isEqualTo(EXPIRED);
            assertThat(fixture.lookup(third)).isEqualTo(EXPIRED);
        }
    }

    @Test
    void aLeapForwardExpiresEverythingOnce() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            for (int i = 1; i <= 50; i++) {
                empty(fixture, Duration.ofMinutes(i));
            }
            fixture.pass(Duration.ofDays(400).toMillis());
            fixture.store.expire();
            assertThat(fixture.store.figures().objects()).isZero();
        }
    }

    @Test
    void wishesAreCutAndDefaulted() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Instant now = fixture.clock.instant();
            assertThat(empty(fixture, Duration.ofDays(100_000_000)).expires()).isEqualTo(now.plusSeconds(3600));
            assertThat(empty(fixture, null).expires()).isEqualTo(now.plusSeconds(600));
            assertThat(empty(fixture, Duration.ofNanos(1)).expires()).isEqualTo(now.plusMillis(1));
            assertThatThrownBy(() -> withTtl(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> withTtl(Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void tombstonesLastUntilTheObjectsExpiry() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Upload upload = fixture.put(pattern(1, 10));
            fixture.get(upload);
            fixture.pass(59_999);
            fixture.store.expire();
            assertThat(fixture.lookup(upload)).isEqualTo(new Gone(GoneReason.COMMITTED));
            fixture.pass(1);
            assertThat(fixture.lookup(upload)).isSameAs(Unknown.INSTANCE);
            fixture.store.expire();
            assertThat(fixture.store.figures().tombstones()).isZero();
        }
    }

    @Test
    void anExpiredObjectIsRememberedForTheGrace() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Upload upload = fixture.put(pattern(1, 10));
            fixture.pass(60_000);
            fixture.store.expire();
            fixture.pass(59_999);
            assertThat(fixture.lookup(upload)).isEqualTo(EXPIRED);
            fixture.pass(1);
            assertThat(fixture.lookup(upload)).isSameAs(Unknown.INSTANCE);
        }
    }

    @Test
    void tombstonesAreBoundedTheOldestGoFirst() {
        StoreSettings settings = new StoreSettings(
                1 << 20,
                Duration.ofSeconds(60),
                Duration.ofHours(1),
                1 << 20,
                10,
                Duration.ofSeconds(60),
                Duration.ofSeconds(30));
        try (StoreFixture fixture = new StoreFixture(settings)) {
            List<Upload> uploads = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                uploads.add(fixture.put(pattern(i, 10)));
                fixture.get(uploads.get(i));
            }
            assertThat(fixture.store.figures().tombstones()).isEqualTo(10);
            for (int i = 0; i < 30; i++) {
                assertThat(fixture.lookup(uploads.get(i)))
                        .isEqualTo(i < 20 ? Unknown.INSTANCE : new Gone(GoneReason.COMMITTED));
            }
            fixture.pass(60_000);
            fixture.store.expire();
            assertThat(fixture.store.figures().tombstones()).isZero();
        }
    }

    @Test
    void aSlowReaderPinsAnEndedObjectForTheGraceOnly() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Upload upload = fixture.put(pattern(1, 200_000), 2);
            Retrieval slow = fixture.retrieve(upload);
            AtomicInteger woken = new AtomicInteger();
            slow.onProgress(woken::incrementAndGet);
            fixture.pass(60_000);
            fixture.store.expire();
            assertThat(slow.failed()).isFalse();
            assertThat(slow.read(100_000, 10)).isEqualTo(ByteBuffer.wrap(pattern(1, 200_000), 100_000, 10));
            fixture.pass(59_999);
            fixture.store.expire();
            assertThat(slow.failed()).isFalse();
            fixture.pass(1);
            fixture.store.expire();
            assertThat(slow.failed()).isTrue();
            assertThat(slow.read(100_000, 10)).isNull();
            assertThat(woken).hasValue(1);
            assertThat(fixture.store.figures().usedBytes())
                    .as("its buffers may still be in use")
                    .isPositive();
            slow.giveBack();
            assertThat(fixture.store.figures().usedBytes()).isZero();
        }
    }

    @Test
    void anUploadThatOutlivesItsObjectIsTold() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Upload upload = fixture.begin(spec(100_000));
            upload.write(ByteBuffer.wrap(pattern(1, 50_000)));
            Retrieval retrieval = fixture.retrieve(upload);
            fixture.pass(60_000);
            fixture.store.expire();
            assertThat(retrieval.failed()).isTrue();
            assertThatThrownBy(() -> upload.write(ByteBuffer.allocate(1)))
                    .isInstanceOfSatisfying(ObjectGoneException.class, e -> assertThat(e.reason())
                            .isEqualTo(GoneReason.EXPIRED));
            assertThatThrownBy(upload::complete).isInstanceOf(ObjectGoneException.class);
            assertThat(fixture.store.figures().usedBytes()).isPositive();
            retrieval.giveBack();
            assertThat(fixture.store.figures().usedBytes()).isZero();
            assertThat(fixture.lookup(upload)).isEqualTo(EXPIRED);
        }
    }
}
