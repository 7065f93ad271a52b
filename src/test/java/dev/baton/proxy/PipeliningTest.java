package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Requests that a client sends ahead are served one after the other, in order, and held back where they are too many. */
final class PipeliningTest {

    @Test
    void answersComeInOrder() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo(), "CONTAINER_CONCURRENCY", "1");
                Wire client = proxy.connect()) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                requests.append("POST /" + i + " HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
                requests.append("GET /" + i + " HTTP/1.1\r\nHost: h\r\n\r\n");
            }
            client.send(requests.toString());
            for (int i = 0; i < 200; i++) {
                assertThat(client.response().text())
                        .startsWith("POST /" + i + " ")
                        .endsWith("abc");
                assertThat(client.response().text()).startsWith("GET /" + i + " ");
            }
            assertThat(proxy.arrived).hasValue(400);
        }
    }

    @Test
    void onlyOneRequestOfAConnectionIsAtTheProgramAtATime() {
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    while (true) {
                        wire.request();
                        most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                        Await.pause(20);
                        atOnce.decrementAndGet();
                        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                    }
                }));
                Wire client = proxy.connect()) {
            for (int i = 0; i < 10; i++) {
                client.request("GET", "/");
            }
            for (int i = 0; i < 10; i++) {
                assertThat(client.response().status()).isEqualTo(200);
            }
            assertThat(most).hasValue(1);
        }
    }

    @Test
    void healthChecksKeepTheirPlaceInTheLine() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = proxy.connect()) {
            client.request("GET", "/1")
                    .request("GET", "/", "User-Agent: kube-probe/1", "K-Network-Probe: queue")
                    .request("GET", "/2");
            assertThat(client.response().text()).startsWith("GET /1 ");
            assertThat(client.response().text()).isEqualTo("queue");
            assertThat(client.response().text()).startsWith("GET /2 ");
        }
    }

    @Test
    void aFloodOfRequestsStopsAtTheClientsSocket() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    wire.request();
                    wire.rest();
                }));
                Wire client = proxy.connect()) {
            byte[] request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
                    .repeat(1000)
                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            AtomicInteger sent = new AtomicInteger();
            Thread flood = Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        client.send(request);
                        sent.addAndGet(request.length);
                    }
                } catch (java.io.UncheckedIOException e) {
                    // The test is over.
                }
            });
            int before = -1;
            while (before != sent.get()) {
                before = sent.get();
                Await.pause(300);
            }
            Await.until("the first has arrived", () -> proxy.arrived.get() > 0);
            assertThat(proxy.arrived).hasValue(1);
            assertThat(sent.get()).as("what fits into the sockets' buffers").isLessThan(40_000_000);
            client.close();
            assertThat(flood.isAlive() && !joined(flood)).isFalse();
        }
    }

    private static boolean joined(Thread thread) {
        try {
            return thread.join(Await.LIMIT);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
