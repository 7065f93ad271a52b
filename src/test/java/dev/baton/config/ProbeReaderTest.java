package dev.baton.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeReaderTest {
    @Test
    void aWholeHttpProbe() {
        assertThat(
                        probe(
                                """
                        {"httpGet":{"path":"healthz?x=1","port":"8081","host":"10.0.0.9","scheme":"HTTPS",
                          "httpHeaders":[{"name":"A","value":"1"},{"name":"a","value":"2"}]},
                         "initialDelaySeconds":3,"timeoutSeconds":7,"periodSeconds":11,"successThreshold":2,
                         "failureThreshold":5,"unknown":{"deep":[1,null,{}]}}
                        """))
                .isEqualTo(new ProbeSpec(
                        new ProbeSpec.HttpGet(
                                true,
                                "10.0.0.9",
                                8081,
                                "/healthz?x=1",
                                List.of(new ProbeSpec.Header("A", "1"), new ProbeSpec.Header("a", "2"))),
                        Duration.ofSeconds(11),
                        Duration.ofSeconds(7),
                        2));
    }

    @Test
    void knativesDefaultProbeIsAggressive() {
        ProbeSpec spec = probe("{\"tcpSocket\":{\"port\":8080,\"host\":\"127.0.0.1\"},\"successThreshold\":1}");
        assertThat(spec.aggressive()).isTrue();
        assertThat(spec.action()).isEqualTo(new ProbeSpec.TcpSocket("127.0.0.1", 8080));
        assertThat(spec.successThreshold()).isEqualTo(1);
        assertThat(spec.timeout()).hasSeconds(1);
    }

    @Test
    void aPortThatIsAbsentZeroOrOnlyANameIsTheUsersPort() {
        for (String port : List.of("", "\"port\":0", "\"port\":\"http\"", "\"port\":null", "\"port\":\"0\"")) {
            assertThat(probe("{\"httpGet\":{" + port + "}}").action())
                    .isEqualTo(new ProbeSpec.HttpGet(false, "127.0.0.1", 8080, "/", List.of()));
        }
    }

    @Test
    void grpcExecAndNothing() {
        assertThat(probe("{\"grpc\":{\"port\":9000,\"service\":\"s\"}}").action())
                .isEqualTo(new ProbeSpec.Grpc("127.0.0.1", 9000, "s"));
        assertThat(probe("{\"grpc\":{\"port\":9000,\"service\":null}}").action())
                .isEqualTo(new ProbeSpec.Grpc("127.0.0.1", 9000, ""));
        assertThat(probe("{\"exec\":{\"command\":[\"true\"]}}").action()).isEqualTo(new ProbeSpec.Exec());
        assertThat(probe("{}").action()).isEqualTo(new ProbeSpec.None());
        assertThat(probe("{\"httpGet\":null}").action()).isEqualTo(new ProbeSpec.None());
    }

    @Test
    void severalContainersGiveAnArray() {
        Probes probes = Environment.minimal()
                .with("ENABLE_MULTI_CONTAINER_PROBES", "true")
                .with("ENABLE_HTTP2_AUTO_DETECTION", "true")
                .with("SERVING_READINESS_PROBE", "[{\"tcpSocket\":{\"port\":1}},{\"httpGet\":{\"port\":2}}]")
                .read()
                .probes();
        assertThat(probes.http2()).isTrue();
        assertThat(probes.specs()).hasSize(2);
        assertThat(probes.specs().getLast().action())
                .isEqualTo(new ProbeSpec.HttpGet(false, "127.0.0.1", 2, "/", List.of()));
    }

    @Test
    void namesMatchInAnyCaseAndTheLastWinsAsInGo() {
        assertThat(probe("{\"TCPSocket\":{\"Port\":1,\"port\":2}}").action())
                .isEqualTo(new ProbeSpec.TcpSocket("127.0.0.1", 2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "{",
                "\"\"",
                "1",
                "{} {}",
                "[{}]",
                "{\"httpGet\":[]}",
                "{\"httpGet\":{\"port\":true}}",
                "{\"httpGet\":{\"port\":99999}}",
                "{\"httpGet\":{\"path\":1}}",
                "{\"httpGet\":{\"httpHeaders\":[1]}}",
                "{\"periodSeconds\":\"1\"}",
                "{\"periodSeconds\":1.5}",
                "{\"periodSeconds\":99999999999999999999999}"
            })
    void badJsonEndsTheStart(String json) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> probe(json))
                .withMessageStartingWith("SERVING_READINESS_PROBE: ");
    }

    @Test
    void nestingWithoutEndIsRefused() {
        assertThatExceptionOfType(ConfigException.class).isThrownBy(() -> probe("[".repeat(100_000)));
    }

    private static ProbeSpec probe(String json) {
        return Environment.minimal()
                .with("SERVING_READINESS_PROBE", json)
                .read()
                .probes()
                .specs()
                .getFirst();
    }
}
