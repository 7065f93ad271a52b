package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import dev.baton.floods.Block;
import dev.baton.floods.RawHttp2;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Test 28: clients send the fields of kubelet, activator, autoscaler and ingress too. They get what those would get and no more: an
 * answer that tells readiness, or one ordinary request; no place beyond the breaker's but the kubelet's, and no other Host than one
 * that a client could have named itself.
 */
final class SpoofedFieldsTest {
    private static final String NOT_READY = "{\"exec\":{},\"periodSeconds\":1}";

    @ParameterizedTest
    @ValueSource(strings = {"kube-probe/1.30", "Knative-Activator-Probe", "Knative-Autoscaling-Probe"})
    void aSpoofedCheckTellsReadinessAndNothingElse(String agent) {
        try (ProxyFixture proxy = new ProxyFixture(
                        Program.echo(), "SERVING_READINESS_PROBE", NOT_READY, "CONTAINER_CONCURRENCY", "1");
                Wire client = proxy.connect()) {
            Wire.Message answer = client.request(
                            "POST",
                            "/admin",
                            "User-Agent: " + agent,
                            "K-Network-Probe: queue",
                            "K-Proxy-Request: activator",
                            "K-Original-Host: other.test",
                            "Content-Length: 4")
                    .send("evil")
                    .response();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.text()).isEmpty();
            assertThat(answer.undated()).containsExactly("content-length: 0");
            assertThat(client.request("GET", "/next").response().text()).startsWith("GET /next ");
            assertThat(proxy.program.connections).hasValue(1);
            assertThat(proxy.arrived).hasValue(1);
            assertThat(proxy.viaActivator).hasValue(0);
        }
    }

    @Test
    void whatASpoofedCheckSaysOfItselfIsGivenBackAsTextAlone() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = proxy.connect()) {
            Wire.Message answer = client.request(
                            "GET", "/", "User-Agent: kube-probe/1", "K-Network-Probe: <script>alert(1)</script>")
                    .response();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.field("Content-Type")).isEqualTo("text/plain; charset=utf-8");
            assertThat(answer.field("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(proxy.program.connections).hasValue(0);
        }
    }

    @Test
    void aHashThatWouldSplitTheAnswerIsRefused() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = proxy.connect()) {
            String answers = client.request("GET", "/", "K-Network-Probe: probe", "K-Network-Hash: a\rX-Poison: 1")
                    .rest();
            assertThat(answers).startsWith("HTTP/1.1 400 Bad Request").doesNotContain("Poison");
            assertThat(proxy.program.connections).hasValue(0);
        }
    }

    @Test
    void overHttp2Too() {
        try (Http2Program program = new Http2Program("hello");
                ProxyFixture proxy = new ProxyFixture(program.port());
                RawHttp2 wire = RawHttp2.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port()))) {
            StreamReader client = new StreamReader(wire);
            wire.send(RawHttp2.headers(
                    1,
                    true,
                    Block.get("/").field("k-network-probe", "probe").field("k-network-hash", "a\r\nx-poison: 1")));
            assertThat(client.answer(1).status()).isEmpty();
            wire.send(RawHttp2.headers(
                    3, true, Block.get("/").field("k-network-probe", "probe").field("k-network-hash", "abc")));
            assertThat(client.answer(3)).isEqualTo(new StreamReader.Answer("200", "", -1));
            wire.send(RawHttp2.headers(5, true, Block.get("/").field("k-original-host", "a b/../@evil\u00e4")));
            assertThat(client.answer(5).status()).isEqualTo("200");
            assertThat(program.heads).hasSize(1);
            assertThat(String.valueOf(program.heads.getFirst().authority())).isEqualTo("app.test");
        }
    }

    /** The kubelet's own requests wait for nobody and are not the autoscaler's affair; a client who says that it is the kubelet gains no more. */
    @Test
    void aSpoofedKubeletPassesOnceAndUncounted() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo(), "CONTAINER_CONCURRENCY", "1")) {
            Wire.Message answer = proxy.get("/x", "K-Kubelet-Probe: queue", "K-Original-Host: other.test");
            assertThat(answer.text()).startsWith("GET /x ").contains("Host: app.test", "K-Original-Host: other.test");
            assertThat(proxy.arrived).hasValue(0);
            assertThat(proxy.program.connections).hasValue(1);
        }
    }

    @Test
    void whoSaysThatItIsTheActivatorIsCountedAsItsRequestAndNothingElse() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo(), "CONTAINER_CONCURRENCY", "1")) {
            for (String field : List.of("K-Proxy-Request: activator", "k-proxy-request: activator")) {
                assertThat(proxy.get("/x", field).text()).startsWith("GET /x ");
            }
            assertThat(proxy.get("/x", "K-Proxy-Request: ACTIVATOR").status()).isEqualTo(200);
            assertThat(proxy.arrived).hasValue(3);
            Await.until("all have finished", () -> proxy.finished.get() == 3);
            assertThat(proxy.viaActivator).hasValue(0);
        }
    }

    /** Fields that some servers take for these, because to them a dash is an underscore. */
    @ParameterizedTest
    @ValueSource(strings = {"K_Network_Probe: probe", "K_Kubelet_Probe: x", "X-K-Network-Probe: probe"})
    void fieldsThatOnlyLookAlikeAreOrdinary(String field) {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo())) {
            assertThat(proxy.get("/x", field, "K-Network-Hash: a").text()).startsWith("GET /x ");
            assertThat(proxy.arrived).hasValue(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a/b", "user@a", "a\"b", "a\u00e4", "a,b?c", "a#b", "a\\b"})
    void anOriginalHostThatIsNoneDoesNotReachTheProgram(String host) {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo())) {
            Wire.Message answer = proxy.get("/x", "K-Original-Host: " + host);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).contains("\nHost: app.test\n").doesNotContain("K-Original-Host", host);
        }
    }

    @Test
    void ofSeveralOriginalHostsTheFirstCounts() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo())) {
            assertThat(proxy.get("/x", "K-Original-Host: first.test:80", "K-Original-Host: second.test")
                            .text())
                    .containsIgnoringCase("\nHost: first.test:80\n")
                    .doesNotContain("second.test", "K-Original-Host");
        }
    }
}
