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
