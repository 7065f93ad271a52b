package dev.baton.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RequestBodyTest {
    private final AtomicInteger resumed = new AtomicInteger();
    private final LinearMemories memories =
            new LinearMemories(100, 10 << 20, 0, Duration.ofSeconds(1), InstantSource.system());
    private final DeadlineWatch watch = new DeadlineWatch();
    private final GuestClock clock = new GuestClock(watch, Duration.ofSeconds(20));
    private final RequestBody body = new RequestBody(-1, clock, resumed::incrementAndGet);
    private LinearMemory memory;

    @BeforeEach
    void start() {
        memory = memories.acquire(50, 50, 0);
        clock.start();
    }

    @AfterEach
    void stop() {
        clock.stop();
        memory.close();
        memories.close();
        watch.close();
    }

    @Test
    void readingStopsWhenMuchWaitsAndGoesOnWhenLittleIsLeft() throws Exception {
        assertThat(body.add(chunk(RequestBody.HIGH - 1))).isFalse();
        assertThat(body.add(chunk(1))).isTrue();
        assertThat(body.read(memory, 0, RequestBody.HIGH / 2)).isEqualTo(RequestBody.HIGH / 2);
        assertThat(resumed).hasValue(0);
        assertThat(body.add(chunk(10)))
                .as("one that was on its way when reading stopped")
                .isTrue();
        drainTo(RequestBody.LOW);
        assertThat(resumed).as("once").hasValue(1);
        drainTo(0);
        assertThat(resumed).hasValue(1);
        body.end();
        assertThat(body.read(memory, 0, 1)).isEqualTo(-1);
    }

    @Test
    void whatWaitsIsLetGoWhenNobodyWantsItAnyMore() {
        ByteBuf first = chunk(100);
        ByteBuf late = chunk(100);
        body.add(first);
        body.fail();
        body.add(late);
        body.fail();
        assertThat(first.refCnt()).isZero();
        assertThat(late.refCnt()).isZero();
        assertThatThrownBy(() -> body.read(memory, 0, 1))
                .isInstanceOfSatisfying(
                        GuestException.class, e -> assertThat(e.kind()).isEqualTo(GuestException.Kind.BODY));
    }

    @Test
    void aReaderThatWaitsIsWokenByBytesByTheEndAndByFailure() throws Exception {
        later(() -> body.add(chunk(3)));
        assertThat(body.read(memory, 0, 10)).isEqualTo(3);
        later(body::end);
        assertThat(body.read(memory, 0, 10)).isEqualTo(-1);
        RequestBody other = new RequestBody(5, clock, () -> {});
        later(other::fail);
        assertThatThrownBy(() -> other.read(memory, 0, 1)).isInstanceOf(GuestException.class);
    }

    @Test
    void aRegionOutsideOfTheMemoryLosesNothing() {
        ByteBuf chunk = chunk(10);
        body.add(chunk);
        assertThatThrownBy(() -> body.read(memory, 50 * 65536, 10)).hasMessageContaining("out of bounds");
        body.fail();
        assertThat(chunk.refCnt()).isZero();
    }

    private void drainTo(int left) throws InterruptedException {
        while (body.waiting() > left) {
            body.read(memory, 0, body.waiting() - left);
        }
    }

    private static void later(Runnable task) {
        Thread.ofPlatform().start(() -> {
            try {
                TimeUnit.MILLISECONDS.sleep(30);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            task.run();
        });
    }

    private static ByteBuf chunk(int size) {
        return Unpooled.directBuffer(size).writeZero(size);
    }
}
