package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is told what went wrong, and how exactly. */
final class ErrorCausesTest {
    private static final String A_SIDECAR = "Baton-Accept: reference/1";
    private static final String[] EXPLAIN = {"BATON_EXPLAIN_ERRORS", "true"};

    private static String[] explaining(String... more) {
        String[] settings = List.of(EXPLAIN).toArray(new String[2 + more.length]);
        System.arraycopy(more, 0, settings, 2, more.length);
        return settings;
    }

    private static Program silent() {
        return new Program(wire -> {
            wire.head();
            wire.rest();
        });
    }

    @Test
    void anOrdinaryCallerSeesWhatTheGoSidecarWouldSend() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(Wire::request))) {
            Wire.Message response = proxy.get("/");
            assertThat(response.status()).isEqualTo(502);
            assertThat(response.has("Baton-Error")).isFalse();
        }
    }

    @Test
    void anotherSidecarIsToldWhetherItMayTryAgain() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(Wire::request))) {
            assertThat(proxy.get("/", A_SIDECAR).field("Baton-Error")).isEqualTo("bad-gateway; reached=maybe");
            assertThat(proxy.get("/").has("Baton-Error")).isFalse();
        }
        try (Program.Absent program = new Program.Absent();
                ProxyFixture proxy = new ProxyFixture(program.port())) {
            assertThat(proxy.get("/", A_SIDECAR).field("Baton-Error")).isEqualTo("bad-gateway; reached=no");
        }
    }

    @Test
    void theLimitThatWasMetIsNamed() {
        try (ProxyFixture proxy =
                new ProxyFixture(silent(), explaining("REVISION_RESPONSE_START_TIMEOUT_SECONDS", "1"))) {
            String cause = proxy.get("/").field("Baton-Error");
            assertThat(cause).matches("request-timeout; limit=response-start 1s; after=[1-9]\\d{3,}ms; reached=maybe");
            assertThat(proxy.log).containsExactly("Response start timeout: 1s", "Answered 504: " + cause);
        }
        try (ProxyFixture proxy = new ProxyFixture(silent(), explaining("REVISION_TIMEOUT_SECONDS", "0"))) {
            assertThat(proxy.get("/").field("Baton-Error"))
                    .contains("limit=overall 0s")
                    .endsWith("reached=no");
        }
    }

    @Test
    void aFullQueueIsNamedWithItsLimit() {
        try (ProxyFixture proxy = new ProxyFixture(silent(), explaining("CONTAINER_CONCURRENCY", "1"))) {
            for (int i = 0; i < 11; i++) {
                proxy.connect().request("GET", "/");
            }
            Await.until("the queue is full", () -> proxy.breaker().waiting() == 10);
            assertThat(proxy.get("/").field("Baton-Error"))
                    .matches("busy; limit=11 requests; after=\\d+ms; reached=no");
        }
    }

    @Test
    void aFunctionsOwnFailureIsItsOwn() {
        try (ProxyFixture proxy = new ProxyFixture(
                Program.answering("HTTP/1.1 503 No\r\nBaton-Error: busy; reached=no\r\nContent-Length: 0\r\n\r\n"),
                explaining())) {
            String cause = proxy.get("/").field("Baton-Error");
            assertThat(cause).as("not what the function says of itself").matches("function; after=\\d+ms");
            assertThat(proxy.log).containsExactly("Answered 503: " + cause);
        }
    }

    @Test
    void whatIsNoServerErrorIsNotExplained() {
        try (ProxyFixture proxy =
                new ProxyFixture(Program.answering("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"), explaining())) {
            assertThat(proxy.get("/").has("Baton-Error")).isFalse();
            assertThat(proxy.log).isEmpty();
        }
    }
}
