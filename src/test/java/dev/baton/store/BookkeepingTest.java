package dev.baton.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("it measures the heap")
class BookkeepingTest {
    private static final int OBJECTS = 100_000;
    private static final int BYTES_PER_OBJECT_MAX = 1024;

    @Test
    void anObjectTakesAtMostAKibibyteOfHeapWithTheLongestMetadata() {
        try (StoreFixture fixture = new StoreFixture(256 << 20)) {
            long before = usedHeap();
            for (int i = 0; i < OBJECTS; i++) {
                String contentType = ("type/" + i + " ").repeat(60).substring(0, PutSpec.CONTENT_TYPE_CHARS_MAX);
                String digest = ("digest" + i + " ").repeat(60).substring(0, PutSpec.DIGEST_CHARS_MAX);
                Upload upload = fixture.begin(new PutSpec(100, 1, Duration.ofSeconds(60), contentType, digest));
                upload.write(ByteBuffer.allocate(100));
                upload.complete();
            }
            long perObject = (usedHeap() - before) / OBJECTS;
            PutSpec longest = new PutSpec(100, 1, null, "x".repeat(256), "x".repeat(256));
            assertThat(perObject).as("the store's own estimate").isLessThanOrEqualTo(Stored.bookkeepingBytes(longest));
            assertThat(Stored.bookkeepingBytes(longest)).isLessThan(BYTES_PER_OBJECT_MAX);
            assertThat(fixture.store.figures().objects()).isEqualTo(OBJECTS);
        }
    }

    @Test
    void theEstimateHoldsWithoutMetadataToo() {
        try (StoreFixture fixture = new StoreFixture(256 << 20)) {
            long before = usedHeap();
            for (int i = 0; i < OBJECTS; i++) {
                fixture.put(new byte[1 + i % 500]);
            }
            long perObject = (usedHeap() - before) / OBJECTS;
            assertThat(perObject).isLessThanOrEqualTo(Stored.bookkeepingBytes(StoreFixture.spec(1)));
        }
    }

    @Test
    void endedObjectsLeaveTombstonesOnly() {
        try (StoreFixture fixture = new StoreFixture(256 << 20)) {
            List<Upload> first = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
                first.add(fixture.put(new byte[10]));
            }
            first.forEach(fixture::get);
            first.clear();
            long before = usedHeap();
            for (int i = 0; i < OBJECTS; i++) {
                fixture.get(fixture.put(new byte[10]));
            }
            assertThat(usedHeap() - before).as("no growth per object").isLessThan(OBJECTS * 10L);
        }
    }

    private static long usedHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }
}
