package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** The end of a listener: nothing that is under way is lost. */
final class ShutdownTest {

    @Test
    void idleConnectionsCloseAtOnceAndOthersAfterTheirExchange() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        CountDownLatch middle = new CountDownLatch(1);
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    while (true) {
                        String target = wire.request().target();
                        if (target.equals("/streams")) {
                            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na");
                            middle.countDown();
                            answer.await();
                            wire.send("b");
                        } else {
                            if (target.equals("/runs")) {
                                answer.await();
                            }
                            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                        }
                    }
                }));
                Wire idle = proxy.connect();
                Wire fresh = proxy.connect();
                Wire running = proxy.connect();
                Wire streaming = proxy.connect()) {
            assertThat(idle.request("GET", "/").response().text()).isEqualTo("ok");
            running.request("GET", "/runs").request("GET", "/never");
            streaming.request("GET", "/streams").head();
            middle.await();
            Await.until("all are there", () -> proxy.pipeline.connections().count() == 4);
            Await.until("both run", () -> proxy.arrived.get() == 3);
            CompletableFuture<Void> finished = proxy.pipeline.connections().finish();
            assertThat(idle.rest()).isEmpty();
            assertThat(fresh.rest()).isEmpty();
            assertThat(finished).isNotDone();
            answer.countDown();
            Wire.Message response = running.response();
            assertThat(response.text()).isEqualTo("ok");
            assertThat(response.field("Connection")).isEqualTo("close");
            assertThat(running.rest()).isEmpty();
            assertThat(streaming.exactly(2)).asString().isEqualTo("ab");
            assertThat(streaming.rest()).isEmpty();
            finished.get(60, java.util.concurrent.TimeUnit.SECONDS);
            assertThat(proxy.connect().rest())
                    .as("a connection that comes later")
                    .isEmpty();
        }
    }

    @Test
    void oneConnectionTooManyIsClosedUntilAnotherHasEnded() {
        try (ProxyFixture proxy = new ProxyFixture(
                        Program.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), "BATON_CONNECTIONS", "2");
                Wire first = proxy.connect();
                Wire second = proxy.connect()) {
            assertThat(first.request("GET", "/").response().text()).isEqualTo("ok");
            assertThat(second.request("GET", "/").response().text()).isEqualTo("ok");
            assertThat(proxy.connect().rest()).isEmpty();
            assertThat(first.request("GET", "/").response().text()).isEqualTo("ok");
            second.close();
            Await.until("a place is free", () -> proxy.pipeline.connections().count() == 1);
            assertThat(proxy.get("/").text()).isEqualTo("ok");
        }
    }
}
