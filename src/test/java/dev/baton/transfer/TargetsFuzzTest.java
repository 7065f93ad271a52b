package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.baton.pull.ErrorCode;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Any target of an invocation and any query of a put: refused as a bad request, or read as the JDK reads it, within its ranges. */
class TargetsFuzzTest {
    @FuzzTest
    void targets(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        target(text);
        try {
            PutQuery query = PutQuery.of("/v1/objects?" + text);
            assertThat(query.retrievals()).isBetween(1, 999_999_999);
            assertThat(query.ttl() == null || query.ttl().isPositive()).isTrue();
        } catch (RefusedException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.BAD_REQUEST);
        }
    }

    private static void target(String text) {
        Target target;
        try {
            target = Target.of(text);
        } catch (RefusedException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.BAD_REQUEST);
            return;
        }
        assertThat(target.port()).isBetween(1, 65535);
        assertThat(target.path()).startsWith("/");
        assertThat((target.authority() + target.path()).chars()).allMatch(c -> c > ' ' && c < 0x7f);
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException stricter) {
            return;
        }
        if (uri.getHost() != null) {
            assertThat(target.host()).isEqualToIgnoringCase(uri.getHost().replaceAll("[\\[\\]]", ""));
            assertThat(target.port()).isEqualTo(uri.getPort() < 0 ? 80 : uri.getPort());
        }
    }
}
