package dev.baton.store;

import static dev.baton.store.StoreFixture.pattern;
import static dev.baton.store.StoreFixture.readAll;
import static dev.baton.store.StoreFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.store.Lookup.Gone;
import dev.baton.store.Lookup.Unknown;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectLifeTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 129, 4096, 4097, 32768, 32769, 100_000, 1 << 20, (2 << 20) + 1, 9_999_999})
    void whatIsPutIsWhatIsGot(int size) {
        try (StoreFixture fixture = new StoreFixture(64 << 20)) {
            byte[] bytes = pattern(size, size);
            Upload upload = fixture.put(bytes);
            assertThat(fixture.find(upload).size()).isEqualTo(size);
            assertThat(fixture.get(upload)).isEqualTo(bytes);
            assertThat(fixture.lookup(upload)).isEqualTo(new Gone(GoneReason.COMMITTED));
            assertThat(fixture.store.figures().usedBytes()).isZero();
        }
    }

    @Test
    void aWrongCapabilityIsAsGoodAsAWrongId() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Upload upload = fixture.put(pattern(1, 100));
            UUID right = upload.capability();
            for (int bit = 0; bit < 64; bit++) {
                UUID high = new UUID(right.getMostSignificantBits() ^ 1L << bit, right.getLeastSignificantBits());
                UUID low = new UUID(right.getMostSignificantBits(), right.getLeastSignificantBits() ^ 1L << bit);
                assertThat(fixture.store.find(upload.id(), high)).isSameAs(Unknown.INSTANCE);
                assertThat(fixture.store.find(upload.id(), low)).isSameAs(Unknown.INSTANCE);
                assertThat(fixture.store.delete(upload.id(), low)).isSameAs(DeleteResult.Unknown.INSTANCE);
            }
            assertThat(fixture.store.find(right, upload.id())).isSameAs(Unknown.INSTANCE);
            fixture.get(upload);
            assertThat(fixture.store.find(upload.id(), upload.id()))
                    .as("a tombstone shows itself to nobody else either")
                    .isSameAs(Unknown.INSTANCE);
        }
    }

    @Test
    void deleteEndsAnObjectAndSaysSoEverAfter() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Upload upload = fixture.put(pattern(1, 100));
            StoredObject object = fixture.find(upload);
            assertThat(fixture.store.delete(upload.id(), upload.capability())).isSameAs(DeleteResult.Deleted.INSTANCE);
            assertThat(fixture.store.delete(upload.id(), upload.capability()))
                    .isEqualTo(new DeleteResult.Gone(GoneReason.DELETED));
            assertThat(fixture.lookup(upload)).isEqualTo(new Gone(GoneReason.DELETED));
            assertThat(object.reserve()).isEqualTo(new Reservation.Gone(GoneReason.DELETED));
        }
    }

    @Test
    void aRetrievalUnderWaySurvivesTheEndOfItsObject() {
        try (StoreFixture fixture = new StoreFixture(4 << 20)) {
            byte[] bytes = pattern(3, 1 << 20);
            Upload upload = fixture.put(bytes);
            Retrieval retrieval = fixture.retrieve(upload);
            fixture.store.delete(upload.id(), upload.capability());
            // Whoever puts now must not get the memory that is still being read.
            Upload other = fixture.put(pattern(4, 1 << 20));
            assertThat(readAll(retrieval)).isEqualTo(bytes);
            assertThat(fixture.store.figures().usedBytes()).isEqualTo(2 << 20);
            retrieval.commit();
            assertThat(fixture.store.figures().usedBytes()).isEqualTo(1 << 20);
            fixture.get(other);
        }
    }

    @Test
    void theWriterMayNeitherExceedNorFallShortOfItsSize() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            Upload upload = fixture.begin(spec(10));
            upload.write(ByteBuffer.wrap(pattern(1, 6)));
            ByteBuffer tooMuch = ByteBuffer.wrap(pattern(1, 5));
            assertThatThrownBy(() -> upload.write(tooMuch)).isInstanceOf(IllegalStateException.class);
            assertThat(tooMuch.remaining()).isEqualTo(5);
            assertThatThrownBy(upload::complete).isInstanceOf(IllegalStateException.class);
            upload.write(ByteBuffer.wrap(pattern(1, 4)));
            upload.complete();
            assertThatThrownBy(upload::complete).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> upload.write(ByteBuffer.allocate(0))).isInstanceOf(IllegalStateException.class);
            upload.abort();
            assertThat(fixture.find(upload).complete())
                    .as("abort after the end does nothing")
                    .isTrue();
        }
    }

    @Test
    void metadataIsGivenBackAsItCame() {
        try (StoreFixture fixture = new StoreFixture(1 << 20)) {
            PutSpec spec = new PutSpec(0, 1, null, "text/x; charset=\"é\"", "sha-256=:AAAA:");
            Upload upload = fixture.begin(spec);
            upload.complete();
            assertThat(fixture.find(upload).contentType()).isEqualTo(spec.contentType());
            assertThat(fixture.find(upload).digest()).isEqualTo(spec.digest());
        }
    }

    @Test
    void specsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> spec(-2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> spec(1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> spec(1, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PutSpec(1, 1, null, "x".repeat(257), null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(spec(1, Integer.MAX_VALUE).retrievals()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void aClosedStoreTakesNothing() {
        StoreFixture fixture = new StoreFixture(1 << 20);
        Upload upload = fixture.put(pattern(1, 100));
        Upload writing = fixture.begin(spec(100));
        Retrieval retrieval = fixture.retrieve(upload);
        fixture.store.close();
        assertThatThrownBy(() -> fixture.store.admit(spec(1))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> writing.write(ByteBuffer.allocate(1))).isInstanceOf(ObjectGoneException.class);
        assertThat(readAll(retrieval)).as("memory in use stays").isEqualTo(pattern(1, 100));
        writing.abort();
        retrieval.giveBack();
        fixture.close();
    }
}
