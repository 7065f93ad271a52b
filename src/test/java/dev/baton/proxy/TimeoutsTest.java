package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import dev.baton.http.GoDuration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** The revision's three limits on a request. */
final class TimeoutsTest {
    private final CountDownLatch cancelled = new CountDownLatch(1);

    private Program silent() {
        return new Program(wire -> {
            wire.head();
            wire.rest();
            cancelled.countDown();
        });
    }

    private static void isTimeout(Wire.Message response) {
        assertThat(response.status()).isEqualTo(504);
        assertThat(response.text()).isEqualTo("request timeout");
        assertThat(response.has("Baton-Error")).isFalse();
    }

    @Test
    void aRequestThatTakesTooLongIsAnsweredAndCancelled() throws InterruptedException {
        try (ProxyFixture proxy = new ProxyFixture(silent(), "REVISION_TIMEOUT_SECONDS", "1")) {
            isTimeout(proxy.get("/"));
            cancelled.await();
            assertThat(proxy.log).containsExactly("Request timeout: 1s");
        }
    }

    @Test
    void theConnectionServesOnAfterATimeout() {
        try (ProxyFixture proxy = new ProxyFixture(
                        new Program(wire -> {
                            String target = wire.request().target();
                            if (target.equals("/quick")) {
                                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                            }
                            wire.rest();
                        }),
                        "REVISION_TIMEOUT_SECONDS",
                        "4");
                Wire client = proxy.connect()) {
            isTimeout(client.request("GET", "/slow").response());
            assertThat(client.request("GET", "/quick").response().status()).isEqualTo(200);
        }
    }

    @Test
    void anUploadThatTakesTooLongIsAnsweredToo() {
        try (ProxyFixture proxy = new ProxyFixture(silent(), "REVISION_TIMEOUT_SECONDS", "1");
                Wire client = proxy.connect()) {
            isTimeout(client.request("POST", "/", "Content-Length: 10")
                    .send("abc")
                    .response());
            assertThat(client.send("defghij").request("GET", "/x").response().status())
                    .as("in step after the rest of the body")
                    .isEqualTo(504);
        }
    }

    @Test
    void aLimitOfZeroAnswersEveryRequestAtOnce() {
        try (ProxyFixture proxy = new ProxyFixture(silent(), "REVISION_TIMEOUT_SECONDS", "0");
                Wire client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                Wire.Message response = client.request("POST", "/", "Content-Length: 3")
                        .send("abc")
                        .response();
                assertThat(response.status()).isEqualTo(504);
                assertThat(response.text()).isEqualTo("request timeout");
            }
            assertThat(proxy.program.connections).hasValue(0);
        }
    }

    @Test
    void aResponseThatDoesNotStartInTime() {
        try (ProxyFixture proxy = new ProxyFixture(silent(), "REVISION_RESPONSE_START_TIMEOUT_SECONDS", "1")) {
            isTimeout(proxy.get("/"));
            assertThat(proxy.log).containsExactly("Response start timeout: 1s");
        }
    }

    @Test
    void aResponseThatStartedInTimeMayTakeLonger() {
        try (ProxyFixture proxy = new ProxyFixture(
                new Program(wire -> {
                    wire.request();
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na");
                    Await.pause(4_000);
                    wire.send("b");
                    wire.rest();
                }),
                "REVISION_RESPONSE_START_TIMEOUT_SECONDS",
                "3")) {
            assertThat(proxy.get("/").text()).isEqualTo("ab");
        }
    }

    @Test
    void aResponseThatIsIdleForTooLongIsCut() throws InterruptedException {
        try (ProxyFixture proxy = new ProxyFixture(
                        new Program(wire -> {
                            wire.request();
                            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                            for (int i = 0; i < 3; i++) {
                                Await.pause(1_500);
                                wire.send("1\r\na\r\n");
                            }
                            wire.rest();
                            cancelled.countDown();
                        }),
                        "REVISION_IDLE_TIMEOUT_SECONDS",
                        "4");
                Wire client = proxy.connect()) {
            client.request("GET", "/").head();
            assertThat(client.rest())
                    .as("every piece that came in time, and no end")
                    .isEqualTo("1\r\na\r\n1\r\na\r\n1\r\na\r\n");
            cancelled.await();
            assertThat(proxy.log).containsExactly("Idle timeout: 4s");
        }
    }

    @Test
    void silenceFromTheStartIsIdlenessToo() {
        try (ProxyFixture proxy = new ProxyFixture(
                silent(), "REVISION_IDLE_TIMEOUT_SECONDS", "1", "REVISION_RESPONSE_START_TIMEOUT_SECONDS", "30")) {
            isTimeout(proxy.get("/"));
            assertThat(proxy.log).containsExactly("Idle timeout: 1s");
        }
    }

    @Test
    void aStartedResponseIsCutAtTheOverallLimitAndNeverEndedCleanly() {
        try (ProxyFixture proxy = new ProxyFixture(
                        new Program(wire -> {
                            wire.request();
                            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
                            wire.rest();
                        }),
                        "REVISION_TIMEOUT_SECONDS",
                        "4");
                Wire client = proxy.connect()) {
            client.request("GET", "/").head();
            assertThat(client.rest()).isEqualTo("1\r\na\r\n");
        }
    }

    @Test
    void durationsAreSpelledAsGoDoes() {
        assertThat(GoDuration.format(3_000_000_000L)).isEqualTo("3s");
        assertThat(GoDuration.format(300_000_000_000L)).isEqualTo("5m0s");
        assertThat(GoDuration.format(3_690_000_000_000L)).isEqualTo("1h1m30s");
        assertThat(GoDuration.format(0)).isEqualTo("0s");
        assertThat(GoDuration.format(50_000_000L)).isEqualTo("50ms");
        assertThat(GoDuration.format(1_500_000_000L)).isEqualTo("1.5s");
        assertThat(GoDuration.format(3_600_000_000_000L)).isEqualTo("1h0m0s");
    }
}
