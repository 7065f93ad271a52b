package dev.baton.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGuardTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.255.255.254",
                "::1",
                "0.0.0.0",
                "0.1.2.3",
                "::",
                "169.254.169.254",
                "169.254.170.2",
                "fe80::1",
                "fec0::1",
                "224.0.0.1",
                "239.255.255.255",
                "ff02::1",
                "255.255.255.255",
                "::127.0.0.1",
                "::10.1.2.3",
                "64:ff9b::a00:1",
                "64:ff9b:1::1",
                "2002:7f00:1::",
                "2001:0:1::1",
                "100.100.100.200",
                "168.63.129.16",
                "192.0.0.192",
                "fd00:ec2::254",
                "fd20:ce::254"
            })
    void noReferenceMayNameIt(String address) throws Exception {
        AddressGuard guard = Environment.minimal().read().pullAddresses();
        assertThat(guard.allows(InetAddress.ofLiteral(address), 8013)).isFalse();
        AddressGuard everything = Environment.minimal()
                .with("BATON_POD_CIDRS", "0.0.0.0/0,::/0")
                .read()
                .pullAddresses();
        assertThat(everything.allows(InetAddress.ofLiteral(address), 8013)).isFalse();
    }

    @Test
    void anIpv4AddressInAnIpv6OneIsRefused() throws Exception {
        AddressGuard guard = Environment.minimal().read().pullAddresses();
        for (byte last : new byte[] {127, 10}) {
            byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, last, 0, 0, 1};
            // This factory leaves it an IPv6 address; InetAddress.getByAddress would not.
            InetAddress address = Inet6Address.getByAddress(null, mapped, -1);
            assertThat(address.getAddress()).hasSize(16);
            assertThat(guard.allows(address, 8013)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.1.2.3", "192.168.0.1", "100.64.0.1", "8.8.8.8", "240.0.0.1", "fd00::1", "2600::1"})
    void podsMayHaveAnyUnicastAddress(String address) throws Exception {
        AddressGuard guard = Environment.minimal().read().pullAddresses();
        assertThat(guard.allows(InetAddress.ofLiteral(address), 8012)).isTrue();
        assertThat(guard.allows(InetAddress.ofLiteral(address), 8013)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {22, 0, -1, 80, 443, 6443, 8011, 8014, 8022, 9090, 10250, 65536, 8013 + 65536})
    void onlyThePullPorts(int port) throws Exception {
        AddressGuard guard = Environment.minimal().read().pullAddresses();
        assertThat(guard.allows(InetAddress.ofLiteral("10.1.2.3"), port)).isFalse();
    }

    @Test
    void onlyWherePodsLiveAndNeverAService() throws Exception {
        AddressGuard guard = Environment.minimal()
                .with("BATON_POD_CIDRS", "10.0.0.0/8, fd00:1::/32")
                .with("BATON_SERVICE_CIDRS", "10.96.0.0/12,fd00:1:2::/48")
                .with("KUBERNETES_SERVICE_HOST", "10.1.0.1")
                .read()
                .pullAddresses();
        for (String pod : List.of("10.1.2.3", "10.95.255.255", "10.112.0.0", "fd00:1::1")) {
            assertThat(guard.allows(InetAddress.ofLiteral(pod), 8013)).as(pod).isTrue();
        }
        for (String other :
                List.of("11.0.0.1", "10.96.0.1", "10.111.255.255", "10.1.0.1", "fd00:1:2::1", "fd00:2::1")) {
            assertThat(guard.allows(InetAddress.ofLiteral(other), 8013))
                    .as(other)
                    .isFalse();
        }
    }

    @Test
    void anApiServerWithAnIpv6AddressOrAName() throws Exception {
        AddressGuard v6 = Environment.minimal()
                .with("KUBERNETES_SERVICE_HOST", "fd00::1")
                .read()
                .pullAddresses();
        assertThat(v6.allows(InetAddress.ofLiteral("fd00::1"), 8013)).isFalse();
        assertThat(v6.allows(InetAddress.ofLiteral("fd00::2"), 8013)).isTrue();
        SidecarConfig named = Environment.minimal()
                .with("KUBERNETES_SERVICE_HOST", "api.example.com")
                .read();
        assertThat(named.warnings()).anySatisfy(line -> assertThat(line).contains("KUBERNETES_SERVICE_HOST"));
    }

    @Test
    void loopbackPodsAreAllowedOnlyAmongThemselves() throws Exception {
        AddressGuard guard = Environment.minimal()
                .with("BATON_BIND", "127.0.1.1")
                .with("BATON_POD_CIDRS", "127.0.1.0/24")
                .read()
                .pullAddresses();
        assertThat(guard.allows(InetAddress.ofLiteral("127.0.1.2"), 40000)).isTrue();
        assertThat(guard.allows(InetAddress.ofLiteral("127.0.0.1"), 8013)).isFalse();
        assertThat(guard.allows(InetAddress.ofLiteral("10.1.2.3"), 8013)).isFalse();
        AddressGuard any =
                Environment.minimal().with("BATON_BIND", "127.0.1.1").read().pullAddresses();
        assertThat(any.allows(InetAddress.ofLiteral("169.254.169.254"), 8013)).isFalse();
        assertThat(any.allows(InetAddress.ofLiteral("127.0.1.2"), 0)).isFalse();
    }
}
