package dev.baton.proxy;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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

    private static ProxyFixture proxy() {
        return new ProxyFixture(
                Program.echo(), "USER_PORT", Integer.toString(server.port()), "CONTAINER_CONCURRENCY", "1");
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
}
