package dev.baton.proxy;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real HTTP server that misbehaves: whatever it does, the client never takes it for success, and nothing is left over. */
final class UpstreamFaultsTest {
    private static WireMockServer server;

    @BeforeAll
    static void start() {
        server = new WireMockServer(WireMockConfiguration.options()
                .bindAddress("127.0.0.1")
                .dynamicPort()
                .stubRequestLoggingDisabled(true));
        server.start();
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    private static ProxyFixture proxy(String... limits) {
        List<String> settings =
                new ArrayList<>(List.of("USER_PORT", Integer.toString(server.port()), "CONTAINER_CONCURRENCY", "1"));
        settings.addAll(List.of(limits));
        return new ProxyFixture(Program.echo(), settings.toArray(String[]::new));
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aFaultIsNeverSuccess(Fault fault) {
        server.stubFor(any(anyUrl()).willReturn(aResponse().withFault(fault)));
        try (ProxyFixture proxy = proxy()) {
            for (String method : new String[] {"GET", "POST"}) {
                try (Wire client = proxy.connect()) {
                    client.request(method, "/", "Content-Length: 0", "Connection: close");
                    String seen = client.rest();
                    if (seen.startsWith("HTTP/1.1 200")) {
                        assertThat(seen).as("cut off").doesNotEndWith("\r\n0\r\n\r\n");
                    } else {
                        assertThat(seen).startsWith("HTTP/1.1 502 Bad Gateway");
                    }
                }
            }
        }
    }

    @Test
    void aResponseThatDribblesArrivesWhole() {
        server.stubFor(
                any(anyUrl()).willReturn(aResponse().withBody("x".repeat(1000)).withChunkedDribbleDelay(10, 500)));
        try (ProxyFixture proxy = proxy()) {
            assertThat(proxy.get("/").text()).isEqualTo("x".repeat(1000));
        }
    }

    /** A body of known length and one in chunks, of which a piece comes twice a second: never idle, and far from done in time. */
    @ParameterizedTest
    @ValueSource(strings = {"", "1000"})
    void aResponseThatDribblesBeyondTheLimitIsCutAndNeverLooksWhole(String length) {
        var dribble = aResponse().withBody("x".repeat(1000)).withChunkedDribbleDelay(100, 50_000);
        server.stubFor(
                any(anyUrl()).willReturn(length.isEmpty() ? dribble : dribble.withHeader("Content-Length", length)));
        try (ProxyFixture proxy = proxy("REVISION_TIMEOUT_SECONDS", "4", "REVISION_IDLE_TIMEOUT_SECONDS", "4");
                Wire client = proxy.connect()) {
            Wire.Message head = client.request("GET", "/").head();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.field("Content-Length")).isEqualTo(length.isEmpty() ? null : length);
            String body = client.rest();
            assertThat(body.chars().filter(c -> c == 'x').count()).isLessThan(1000);
            assertThat(body).doesNotContain("\r\n0\r\n", "timeout");
            assertThat(proxy.log).containsExactly("Request timeout: 4s");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "REVISION_TIMEOUT_SECONDS, Request timeout: 1s",
        "REVISION_RESPONSE_START_TIMEOUT_SECONDS, Response start timeout: 1s",
        "REVISION_IDLE_TIMEOUT_SECONDS, Idle timeout: 1s",
    })
    void anAnswerDelayedBeyondALimitIsA504(String limit, String line) {
        server.stubFor(any(anyUrl()).willReturn(aResponse().withBody("late").withFixedDelay(2_500)));
        try (ProxyFixture proxy = proxy(limit, "1")) {
            for (String method : new String[] {"GET", "POST"}) {
                try (Wire client = proxy.connect()) {
                    Wire.Message response =
                            client.request(method, "/", "Content-Length: 0").response();
                    assertThat(response.status()).isEqualTo(504);
                    assertThat(response.text()).isEqualTo("request timeout");
                }
            }
            assertThat(proxy.log).contains(line);
        }
    }
}
