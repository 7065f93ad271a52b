package dev.baton.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {
    @Property
    void containsWhatSharesThePrefix(
            @ForAll @Size(16) byte[] network,
            @ForAll @Size(16) byte[] other,
            @ForAll @IntRange(min = 0, max = 128) int prefix) {
        check(network, other, prefix);
        // Random addresses hardly ever share a long prefix: one that differs in a single bit, too.
        for (int bit = 0; bit < 128; bit++) {
            check(network, new BigInteger(1, network).flipBit(127 - bit), prefix);
        }
    }

    @Property
    void containsWhatSharesThePrefixOfFourBytes(
            @ForAll @Size(4) byte[] network,
            @ForAll @Size(4) byte[] other,
            @ForAll @IntRange(min = 0, max = 32) int prefix) {
        check(network, other, prefix);
        for (int bit = 0; bit < 32; bit++) {
            check(network, new BigInteger(1, network).flipBit(31 - bit), prefix);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,10.255.1.2,true",
        "10.0.0.0/8,11.0.0.0,false",
        "10.1.2.3,10.1.2.3,true",
        "10.1.2.3,10.1.2.4,false",
        "0.0.0.0/0,8.8.8.8,true",
        "0.0.0.0/0,fd00::1,false",
        "::/0,8.8.8.8,false",
        "fd00::/8,fdff::1,true",
        "fd00::1,fd00::1,true"
    })
    void ranges(String range, String address, boolean contained) {
        assertThat(Cidr.parse(range).contains(Addresses.parse(address).getAddress()))
                .isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/+8",
                "10.0.0.0/8/8",
                "10.0.0/8",
                "10.0.0.0.0/8",
                "10.0.0.256/8",
                "fd00::/129",
                "fd00::1%eth0/64",
                "[fd00::]/8",
                "localhost/8",
                "10.0.0.0/1000"
            })
    void whatIsNoRange(String text) {
        assertThat(Cidr.parse(text)).isNull();
    }

    private static void check(byte[] network, BigInteger other, int prefix) {
        byte[] bytes = other.toByteArray();
        byte[] address = new byte[network.length];
        int length = Math.min(bytes.length, address.length);
        System.arraycopy(bytes, bytes.length - length, address, address.length - length, length);
        check(network, address, prefix);
    }

    private static void check(byte[] network, byte[] address, int prefix) {
        int bits = network.length * 8;
        boolean same = new BigInteger(1, network)
                .shiftRight(bits - prefix)
                .equals(new BigInteger(1, address).shiftRight(bits - prefix));
        assertThat(Cidr.of(network, prefix).contains(address)).isEqualTo(same);
    }
}
