package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slow readers cost their window and no more. */
@Isolated("it measures the direct memory of the whole JVM")
class HeldBackTest {
    private static final long MIB = 1 << 20;

    private static long directBytes() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    /** Sends until the peer takes no more, then the rest. */
    private static Thread sending(RawClient client, long bytes, boolean chunked, AtomicLong sent) {
        byte[] piece = Http.pattern(1, 1 << 16);
        return Thread.ofVirtual().start(() -> {
            try {
                for (long i = 0; i < bytes; i += piece.length) {
                    if (chunked) {
                        client.send("10000\r\n");
                    }
                    client.send(piece);
                    if (chunked) {
                        client.send("\r\n");
                    }
                    sent.addAndGet(piece.length);
                }
                if (chunked) {
                    client.send("0\r\n\r\n");
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    /** Test 23. Between the two functions there are three sockets' buffers and two windows. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFunctionThatDoesNotReadHoldsItsCallerBack(boolean chunked) throws Exception {
        long bytes = 192 * MIB;
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicLong received = new AtomicLong();
        try (TestPod b = new TestPod(null);
                TestPod a = new TestPod(null, "BATON_OFFER_HOSTS", b.host());
                RawServer function = new RawServer(b.address, 8080, connection -> {
                    RawClient.Message head = connection.head();
                    SlowAndAbsentTest.await(goOn);
                    if (head.fields().containsKey("content-length")) {
                        for (long left = bytes; left > 0; left -= MIB) {
                            received.addAndGet(connection.read((int) MIB).length);
                        }
                    } else {
                        received.addAndGet(connection.chunks());
                    }
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    connection.ended();
                });
                RawClient client = RawClient.api(a)) {
            long before = directBytes();
            AtomicLong sent = new AtomicLong();
            client.send(SlowAndAbsentTest.invoke(
                    b.host(), chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + bytes));
            Thread sender = sending(client, bytes, chunked, sent);
            Await.until("the body has reached the other pod", () -> function.connections.get() == 1);
            long last;
            do {
                last = sent.get();
                Await.pause(1_000);
            } while (sent.get() != last);
            assertThat(last).as("bytes that the caller got rid of").isLessThan(96 * MIB);
            assertThat(directBytes() - before)
                    .as("direct memory of both sidecars")
                    .isLessThan(24 * MIB);
            goOn.countDown();
            sender.join();
            assertThat(client.message().text()).isEqualTo("ok");
            assertThat(received).hasValue(bytes);
            a.empty();
            b.empty();
        }
    }
}
