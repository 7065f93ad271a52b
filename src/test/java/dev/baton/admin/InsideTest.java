package dev.baton.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InsideTest {
    private static SocketAddress at(String address) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), 8022);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1, true",
        "127.0.0.1, 127.8.9.1, true",
        "::1, ::1, true",
        "::ffff:127.0.0.1, 127.0.0.1, true",
        "10.1.2.3, 10.1.2.3, false",
        "10.1.2.3, 10.1.9.9, false",
        "10.1.2.3, 127.0.0.1, false",
        "127.0.0.1, 10.1.9.9, false",
        "fd00::1, fd00::1, false",
        "169.254.1.1, 169.254.1.1, false",
    })
    @DisplayName("listening on every interface, both ends must be loopback addresses")
    void everyInterface(String local, String remote, boolean inside) {
        assertThat(Inside.of(null).test(at(local), at(remote))).isEqualTo(inside);
        assertThat(Inside.of(InetAddress.ofLiteral("::")).test(at(local), at(remote)))
                .isEqualTo(inside);
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, 10.1.2.3, true",
        "10.1.2.3, 10.1.2.4, false",
        "10.1.2.3, 127.0.0.1, false",
        "127.0.1.1, 127.0.1.1, true",
        "127.0.1.1, 127.0.1.2, false",
        "127.0.1.1, 127.0.0.1, true",
        "127.0.1.1, 10.1.2.3, false",
        "fd00::1, fd00::1, true",
        "fd00::1, fd00::2, false",
    })
    @DisplayName(
            "listening on one address, the caller must have that address, or be any program of a shared loopback interface")
    void ownAddress(String bind, String remote, boolean inside) {
        assertThat(Inside.of(InetAddress.ofLiteral(bind)).test(at(bind), at(remote)))
                .isEqualTo(inside);
    }

    @Test
    @DisplayName("an address that is not known is not inside")
    void unknown() {
        SocketAddress unix = UnixDomainSocketAddress.of("/x");
        for (Inside rule : new Inside[] {Inside.of(null), Inside.of(InetAddress.ofLiteral("127.0.1.1"))}) {
            assertThat(rule.test(null, null)).isFalse();
            assertThat(rule.test(at("127.0.0.1"), null)).isFalse();
            assertThat(rule.test(null, at("10.0.0.1"))).isFalse();
            assertThat(rule.test(unix, unix)).isFalse();
        }
    }
}
