package dev.baton.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ReferenceCodecTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration HOUR = Duration.ofHours(1);

    private final ManualClock clock = new ManualClock();
    private final KeyRing keys = KeyRing.process(HOUR, clock, RANDOM);
    private final ReferenceCodec codec = new ReferenceCodec(keys, "tenant-a", clock, RANDOM);

    @Property(tries = 300)
    void whatIsSealedOpensUnchanged(@ForAll("references") Reference reference) {
        String text = codec.seal(reference);
        assertThat(text)
                .hasSizeLessThanOrEqualTo(ReferenceCodec.MOST_CHARACTERS)
                .matches("xdt1\\.[\\w-]+\\.[\\w-]{144}");
        assertThat(codec.open(text)).isEqualTo(new Opened.Valid(reference));
    }

    @Test
    void theLongestKeyIdStaysBelowTheLimit() {
        Key key = new Key("k".repeat(Key.ID_CHARACTERS), new byte[Key.BYTES]);
        ReferenceCodec longest = new ReferenceCodec(ring(key), "tenant-a", clock, RANDOM);
        String text = longest.seal(References.lasting(clock));
        assertThat(text).hasSizeLessThanOrEqualTo(ReferenceCodec.MOST_CHARACTERS);
        assertThat(longest.open(text)).isInstanceOf(Opened.Valid.class);
    }

    @Test
    void everyChangedCharacterIsRefused() {
        String text = codec.seal(References.lasting(clock));
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\0\u00e9\u4e2d";
        for (int i = 0; i < text.length(); i++) {
            for (int a = 0; a < alphabet.length(); a++) {
                if (alphabet.charAt(a) != text.charAt(i)) {
                    String changed = text.substring(0, i) + alphabet.charAt(a) + text.substring(i + 1);
                    assertThat(codec.open(changed)).as("character %d", i).isSameAs(Opened.Invalid.INSTANCE);
                }
            }
        }
        assertThat(codec.open(text)).isInstanceOf(Opened.Valid.class);
    }

    @Test
    void everyTruncationAndExtensionIsRefused() {
        String text = codec.seal(References.lasting(clock));
        for (int length = 0; length < text.length(); length++) {
            assertThat(codec.open(text.substring(0, length))).isSameAs(Opened.Invalid.INSTANCE);
            assertThat(codec.open(text.substring(text.length() - length))).isSameAs(Opened.Invalid.INSTANCE);
        }
        for (String more : List.of("A", "=", "==", " ", "\n", "AAAA", ".", "." + text, "A".repeat(65536))) {
            assertThat(codec.open(text + more)).isSameAs(Opened.Invalid.INSTANCE);
            assertThat(codec.open(more + text)).isSameAs(Opened.Invalid.INSTANCE);
        }
    }

    @Property(tries = 2000)
    void noTextWhateverThrows(@ForAll String text) {
        assertThat(codec.open(text)).isSameAs(Opened.Invalid.INSTANCE);
        assertThat(codec.open("xdt1." + text)).isSameAs(Opened.Invalid.INSTANCE);
        assertThat(codec.open("xdt1.k." + text)).isSameAs(Opened.Invalid.INSTANCE);
    }

    @Property(tries = 2000)
    void noWellFormedForgeryOpens(@ForAll byte[] noise, @ForAll @IntRange(min = 0, max = 200) int at) {
        String text = codec.seal(References.lasting(clock));
        char[] forged = text.toCharArray();
        String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (int i = 0; i < noise.length; i++) {
            forged[text.lastIndexOf('.') + 1 + (at + i) % 144] = digits.charAt(noise[i] & 63);
        }
        Opened opened = codec.open(new String(forged));
        assertThat(opened instanceof Opened.Valid).isEqualTo(text.equals(new String(forged)));
    }

    @Test
    void sixtyFourKibibytesAreRefused() {
        assertThat(codec.open("A".repeat(65536))).isSameAs(Opened.Invalid.INSTANCE);
        assertThat(codec.open("xdt1.k." + "A".repeat(65536))).isSameAs(Opened.Invalid.INSTANCE);
        assertThat(codec.open("xdt1." + "k".repeat(65536) + "." + "A".repeat(144)))
                .isSameAs(Opened.Invalid.INSTANCE);
    }

    @Test
    void anotherVersionOrKeyIdIsRefused() {
        String text = codec.seal(References.lasting(clock));
        String rest = text.substring("xdt1".length());
        String sealed = text.substring(text.lastIndexOf('.'));
        for (String other :
                List.of("xdt2" + rest, "XDT1" + rest, "xdt" + rest, rest, "xdt1.other" + sealed, "xdt1." + sealed)) {
            assertThat(codec.open(other)).isSameAs(Opened.Invalid.INSTANCE);
        }
    }

    @Test
    void aReferenceOfAnotherTenantIsRefusedUnderTheSameKey() {
        String text = codec.seal(References.lasting(clock));
        for (String tenant : List.of("tenant-b", "", "tenant-", "tenant-a ", "\0tenant-a", "Tenant-a")) {
            assertThat(new ReferenceCodec(keys, tenant, clock, RANDOM).open(text))
                    .isSameAs(Opened.Invalid.INSTANCE);
        }
        assertThat(new ReferenceCodec(keys, "tenant-a", clock, RANDOM).open(text))
                .isInstanceOf(Opened.Valid.class);
    }

    @Test
    void anotherProcessesReferenceIsRefused() {
        KeyRing others = KeyRing.process(HOUR, clock, RANDOM);
        String text = new ReferenceCodec(others, "tenant-a", clock, RANDOM).seal(References.lasting(clock));
        assertThat(codec.open(text)).isSameAs(Opened.Invalid.INSTANCE);
    }

    @Test
    void expiresAtItsMillisecond() {
        Reference reference = References.until(clock.millis() + 1000);
        String text = codec.seal(reference);
        clock.advance(Duration.ofMillis(999));
        assertThat(codec.open(text)).isEqualTo(new Opened.Valid(reference));
        clock.advance(Duration.ofMillis(1));
        assertThat(codec.open(text)).isEqualTo(new Opened.Expired(reference));
        clock.advance(Duration.ofMillis(1));
        assertThat(codec.open(text)).isEqualTo(new Opened.Expired(reference));
    }

    /** The producer's store has the last word: its time never goes back. */
    @Test
    void aClockThatIsSetBackIsFollowed() {
        Reference reference = References.until(clock.millis() + 1000);
        String text = codec.seal(reference);
        clock.advance(Duration.ofSeconds(1));
        assertThat(codec.open(text)).isEqualTo(new Opened.Expired(reference));
        clock.advance(Duration.ofDays(-1));
        assertThat(codec.open(text)).isEqualTo(new Opened.Valid(reference));
        Reference corrected = References.until(clock.millis() + 1000);
        assertThat(codec.open(codec.seal(corrected))).isEqualTo(new Opened.Valid(corrected));
    }

    @Test
    void noncesAndTextsNeverRepeat() {
        Reference reference = References.lasting(clock);
        Set<String> nonces = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            String text = codec.seal(reference);
            // 16 characters are the 12 bytes of the nonce.
            int from = text.lastIndexOf('.') + 1;
            assertThat(nonces.add(text.substring(from, from + 16))).isTrue();
        }
    }

    @Test
    void theLengthTellsNothing() throws Exception {
        Reference v6 = new Reference(
                InetAddress.ofLiteral("fd00::1"), 1, new UUID(0, 0), new UUID(0, 0), 0, -1, 1, Long.MAX_VALUE);
        assertThat(codec.seal(v6)).hasSameSizeAs(codec.seal(References.lasting(clock)));
    }

    @Test
    void whatAKeyHolderSealsIsJudgedToo() {
        byte[] good = ReferenceCodec.payload(References.lasting(clock));
        assertThat(ReferenceCodec.reference(ByteBuffer.wrap(good))).isNotNull();
        // An unknown family, port 0, no retrievals, a size below -1.
        assertThat(changed(good, 0, 5)).isNull();
        assertThat(changed(good, 17, 0, 0)).isNull();
        assertThat(changed(good, 67, 0, 0, 0, 0)).isNull();
        assertThat(changed(good, 67, 0xFF)).isNull();
        assertThat(changed(good, 59, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE))
                .isNull();
    }

    @Test
    void anIpv4AddressInAnIpv6OneIsRefused() {
        byte[] good = ReferenceCodec.payload(References.lasting(clock));
        // ::ffff:127.0.0.1 and ::ffff:10.1.2.3
        assertThat(changed(good, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 1))
                .isNull();
        assertThat(changed(good, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 1, 2, 3))
                .isNull();
    }

    @Test
    void nothingSecretIsShown() {
        Reference reference = References.lasting(clock);
        String text = codec.seal(reference);
        List<Object> shown =
                new ArrayList<>(List.of(reference, codec.open(text), keys, codec, new Opened.Expired(reference)));
        Key key = new Key("kid", new byte[Key.BYTES]);
        shown.add(key);
        shown.add(new KeyTable.Held(key, 0, 0));
        for (Object one : shown) {
            assertThat(one.toString())
                    .doesNotContain(
                            "10.1.2.3",
                            "8013",
                            reference.object().toString(),
                            reference.capability().toString())
                    .doesNotContain(text, "kid", text.substring(text.lastIndexOf('.') + 1));
        }
    }

    @Test
    void threadsShareOneCodec() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> running = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int number = t;
                Callable<Integer> work = () -> {
                    int good = 0;
                    for (int i = 0; i < 2000; i++) {
                        Reference reference = References.until(clock.millis() + 1 + number * 10_000L + i);
                        good += codec.open(codec.seal(reference)).equals(new Opened.Valid(reference)) ? 1 : 0;
                    }
                    return good;
                };
                running.add(threads.submit(work));
            }
            for (Future<Integer> one : running) {
                assertThat(one.get()).isEqualTo(2000);
            }
        }
    }

    private static Reference changed(byte[] payload, int at, int... bytes) {
        byte[] changed = Arrays.copyOf(payload, payload.length);
        for (int i = 0; i < bytes.length; i++) {
            changed[at + i] = (byte) bytes[i];
        }
        return ReferenceCodec.reference(ByteBuffer.wrap(changed));
    }

    private KeyRing ring(Key key) {
        KeySource one = new KeySource() {
            @Override
            public Found read() {
                return new Found(List.of(key), Set.of(), key.id(), true, List.of());
            }

            @Override
            public boolean changes() {
                return false;
            }
        };
        return new KeyRing(one, Duration.ZERO, HOUR, clock, RANDOM);
    }

    @Provide
    Arbitrary<Reference> references() {
        Arbitrary<InetAddress> v4 =
                Arbitraries.integers().array(int[].class).ofSize(4).map(References::address);
        Arbitrary<InetAddress> v6 = Arbitraries.integers()
                .array(int[].class)
                .ofSize(16)
                .map(References::address)
                .filter(address -> address.getAddress().length == 16);
        return Combinators.combine(
                        Arbitraries.oneOf(v4, v6),
                        Arbitraries.integers().between(1, 65535),
                        Arbitraries.longs(),
                        Arbitraries.longs(),
                        Arbitraries.longs(),
                        Arbitraries.longs().greaterOrEqual(-1),
                        Arbitraries.integers().greaterOrEqual(1),
                        Arbitraries.longs().greaterOrEqual(clock.millis() + 1))
                .as((address, port, a, b, epoch, size, retrievals, expiry) ->
                        new Reference(address, port, new UUID(a, b), new UUID(b, ~a), epoch, size, retrievals, expiry));
    }
}
