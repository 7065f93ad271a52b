package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import dev.baton.pull.DataPath;
import dev.baton.transfer.TransferStats.Operation;
import dev.baton.transfer.TransferStats.Outcome;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Slow readers cost their window and no more; callers that leave before anything has happened leave nothing. */
class SlowAndAbsentTest {
    private static final long MIB = 1 << 20;

    private static String invoke(String host, String framing) {
        return "POST /v1/invoke HTTP/1.1\r\nHost: x\r\nBaton-Target: http://" + host + ":8012/fn\r\n" + framing
                + "\r\n\r\n";
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

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
        long bytes = 256 * MIB;
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicLong received = new AtomicLong();
        try (TestPod b = new TestPod(null);
                TestPod a = new TestPod(null, "BATON_OFFER_HOSTS", b.host());
                RawServer function = new RawServer(b.address, 8080, connection -> {
                    RawClient.Message head = connection.head();
                    await(goOn);
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
            client.send(invoke(b.host(), chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + bytes));
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
            assertThat(client.message().text()).isEqualTo("ok");
            sender.join();
            assertThat(received).hasValue(bytes);
            a.empty();
            b.empty();
        }
    }

    /** Nobody answers: neither the offer nor, from another start, the control message. */
    @ParameterizedTest
    @CsvSource({"offer,close", "offer,reset", "control,reset", "inline,close", "inline,reset"})
    void aCallerThatLeavesBeforeAnythingHappenedLeavesNothing(String stage, String end) throws IOException {
        InetAddress host = TestPod.anyAddress();
        CountDownLatch over = new CountDownLatch(1);
        AtomicLong reached = new AtomicLong();
        try (TestPod a = stage.equals("inline")
                        ? new TestPod(null)
                        : new TestPod(null, "BATON_OFFER_HOSTS", host.getHostAddress());
                RawServer consumer = new RawServer(host, 8012, connection -> {
                    RawClient.Message head = connection.head();
                    if (head.method().equals("OPTIONS") && stage.equals("control")) {
                        connection.send("HTTP/1.1 204 No Content\r\nBaton-Accept: reference/1\r\n\r\n");
                        connection.head();
                    }
                    reached.incrementAndGet();
                    connection.drain();
                    over.countDown();
                })) {
            try (RawClient client = RawClient.api(a)) {
                client.send(invoke(host.getHostAddress(), "Content-Length: 10000000"));
                client.send(Http.pattern(1, 300_000));
                Await.until("it has come so far", () -> reached.get() == 1);
                if (stage.equals("control")) {
                    assertThat(a.transfer.figures().offers()).isOne();
                }
                if (end.equals("reset")) {
                    client.reset();
                }
            }
            if (end.equals("close") && stage.equals("offer")) {
                // An orderly end behind a body that nobody reads yet is seen when somebody wants the body.
                consumer.close();
            }
            if (!stage.equals("offer")) {
                await(over);
                assertThat(consumer.connections).hasValue(1);
            }
            Await.until("the call has ended", () -> calls(a) == 1);
            a.empty();
        }
    }

    private static long calls(TestPod pod) {
        long count = 0;
        for (DataPath path : DataPath.values()) {
            for (Outcome outcome : Outcome.values()) {
                count += pod.transfer
                        .stats()
                        .figure(Operation.INVOKE, path, outcome)
                        .count();
            }
        }
        return count;
    }

    /** What a function must not say is not passed on, and leaves nothing either. */
    @Test
    void anUnsoundResponseIsAnError() throws IOException {
        try (TestPod a = new TestPod(null);
                RawServer target = RawServer.answering(
                        TestPod.anyAddress(),
                        8012,
                        request -> "HTTP/1.1 200 OK\r\nX-Bad: a\u0000b\r\nContent-Length: 2\r\n\r\nok");
                RawClient client = RawClient.api(a)) {
            client.send(invoke(target.address().getHostAddress(), "Content-Length: 0"));
            RawClient.Message answer = client.message();
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.fields()).containsEntry("baton-error", "target-unreachable; reached=maybe");
            a.empty();
        }
    }
}
