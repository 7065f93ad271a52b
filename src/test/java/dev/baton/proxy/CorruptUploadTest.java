package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Test 25: a truncated or corrupt upload is never complete for the program. */
final class CorruptUploadTest {

    private final Queue<String> bodies = new ConcurrentLinkedQueue<>();
    private final CountDownLatch begun = new CountDownLatch(1);

    /** Notes what comes after the first chunk, until the connection ends. */
    private Program recording() {
        return new Program(wire -> {
            wire.head();
            assertThat(wire.exactly(10)).asString().isEqualTo("5\r\nhello\r\n");
            begun.countDown();
            bodies.add(wire.rest());
        });
    }

    private void isIncomplete(ProxyFixture proxy) {
        Await.until("the program sees the end", () -> bodies.size() == 1);
        assertThat(bodies.peek()).doesNotContain("0\r\n");
        Await.until("its connection is closed", () -> proxy.pipeline.upstreamConnections() == 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "junk\r\n",
                "\r\n",
                " 1\r\na\r\n0\r\n\r\n",
                "1 \r\na\r\n0\r\n\r\n",
                "0x1\r\na\r\n0\r\n\r\n",
                "-1\r\na\r\n0\r\n\r\n",
                "+1\r\na\r\n0\r\n\r\n",
                "1\na\r\n0\r\n\r\n",
                "1\r\rna\r\n0\r\n\r\n",
                "1;a\u0000b\r\na\r\n0\r\n\r\n",
                "1;a\nb\r\na\r\n0\r\n\r\n",
                "1\r\nab\r\n0\r\n\r\n",
                "1\r\na0\r\n\r\n",
                "1\r\na\n0\r\n\r\n",
                "ffffffffffffffff\r\n",
                "80000000\r\n",
                "00000000000000001\r\na\r\n0\r\n\r\n",
                "0\r\nContent-Length: 5\r\n\r\n",
                "0\r\nTransfer-Encoding: chunked\r\n\r\n",
                "0\r\nHost: x\r\n\r\n",
                "0\r\nX : y\r\n\r\n",
                "0\r\n folded: y\r\n\r\n",
                "0\r\nX: y\r\n folded\r\n\r\n",
                "0\r\nno colon\r\n\r\n",
            })
    void aBrokenChunkIsRefusedAndTheUploadAborted(String rest) throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(recording(), "CONTAINER_CONCURRENCY", "1");
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Transfer-Encoding: chunked").send("5\r\nhello\r\n");
            begun.await();
            Wire.Message response = client.send(rest + "GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n")
                    .response();
            assertThat(response.status()).isEqualTo(400);
            assertThat(response.field("Connection")).isEqualTo("close");
            assertThat(client.rest()).isEmpty();
            isIncomplete(proxy);
        }
    }

    @Test
    void aChunkedUploadThatBreaksOffIsAborted() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(recording());
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Transfer-Encoding: chunked").send("5\r\nhello\r\n");
            begun.await();
            client.close();
            isIncomplete(proxy);
        }
    }

    @Test
    void anUploadOfKnownLengthThatBreaksOffStaysShort() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(recording());
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Content-Length: 20").send("5\r\nhello\r\n");
            begun.await();
            client.close();
            isIncomplete(proxy);
            assertThat(bodies.peek()).isEmpty();
        }
    }

    @Test
    void aHalfClosedShortUploadIsAborted() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(recording());
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Transfer-Encoding: chunked").send("5\r\nhello\r\n");
            begun.await();
            client.socket.shutdownOutput();
            isIncomplete(proxy);
            assertThat(client.rest()).as("no answer that looks like success").doesNotContain("200");
        }
    }

    @Test
    void aBrokenChunkAfterTheResponseHasBegunCutsTheResponse() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    wire.head();
                    wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
                    wire.rest();
                }));
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Transfer-Encoding: chunked").send("5\r\nhello\r\n");
            client.head();
            assertThat(client.send("junk\r\n").rest()).doesNotContain("0\r\n", "400");
        }
    }
}
