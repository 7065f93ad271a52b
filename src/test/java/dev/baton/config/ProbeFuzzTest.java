package dev.baton.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Any SERVING_READINESS_PROBE: a probe that can be made, or one line that names the variable and repeats nothing of it. */
class ProbeFuzzTest {
    private static final InetAddress USER = InetAddress.getLoopbackAddress();

    /** @param input one octet whose lowest bit says whether several are expected, then the variable in UTF-8 */
    @FuzzTest
    void probe(byte[] input) {
        if (input.length < 2) {
            return;
        }
        String json = new String(input, 1, input.length - 1, StandardCharsets.UTF_8);
        String several = Boolean.toString((input[0] & 1) != 0);
        Env env = new Env(Map.of("SERVING_READINESS_PROBE", json, "ENABLE_MULTI_CONTAINER_PROBES", several));
        Probes probes;
        try {
            probes = ProbeReader.read(env, 8080, USER);
        } catch (ConfigException e) {
            SoundMessage.check(e, "SERVING_READINESS_PROBE");
            return;
        }
        for (ProbeSpec spec : probes.specs()) {
            assertThat(spec.timeout()).isPositive();
            assertThat(spec.period()).isGreaterThanOrEqualTo(java.time.Duration.ZERO);
            assertThat(spec.successThreshold()).isPositive();
            switch (spec.action()) {
                case ProbeSpec.HttpGet get -> {
                    assertThat(get.port()).isBetween(1, 65535);
                    assertThat(get.path()).startsWith("/");
                    assertThat(get.host()).isNotEmpty();
                }
                case ProbeSpec.TcpSocket tcp -> assertThat(tcp.port()).isBetween(1, 65535);
                case ProbeSpec.Grpc grpc -> assertThat(grpc.port()).isBetween(1, 65535);
                case ProbeSpec.Exec exec -> assertThat(exec).isNotNull();
                case ProbeSpec.None none -> assertThat(none).isNotNull();
            }
        }
    }
}
