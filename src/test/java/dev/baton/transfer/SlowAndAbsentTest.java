package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import dev.baton.LoopbackAddress;
import dev.baton.pull.DataPath;
import dev.baton.transfer.TransferStats.Operation;
import dev.baton.transfer.TransferStats.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Callers that leave before anything has happened leave nothing, and what makes no sense is told. */
class SlowAndAbsentTest {
    static String invoke(String host, String framing) {
        return "POST /v1/invoke HTTP/1.1\r\nHost: x\r\nBaton-Target: http://" + host + ":8012/fn\r\n" + framing
                + "\r\n\r\n";
    }

    static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(200, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Nobody answers: neither the offer nor, from another start, the control message. */
    @ParameterizedTest
    @CsvSource({"offer,close", "offer,reset", "control,reset", "inline,close", "inline,reset"})
    void aCallerThatLeavesBeforeAnythingHappenedLeavesNothing(String stage, String end) throws IOException {
        InetAddress host = LoopbackAddress.any();
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
                        LoopbackAddress.any(),
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
