package dev.baton.wasm;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The committed samples in Rust, C and AssemblyScript do what they say. */
class SampleFunctionsTest {
    private static final List<String> neighbours = new ArrayList<>();
    private static FunctionHost host;

    @BeforeAll
    static void load() throws Exception {
        host = Guests.host(
                Guests.withCall(Guests.limits(), Duration.ofSeconds(20)), ObjectGateway.NONE, new FunctionObserver() {
                    @Override
                    public synchronized void neighbour(String from, String to, long there, long back, long nanos) {
                        neighbours.add(from + ">" + to + " " + there + " " + back);
                    }
                });
        host.load(Guests.SAMPLES);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(200);
        while (!host.ready() && System.nanoTime() < end) {
            Thread.sleep(10);
        }
    }

    @AfterAll
    static void close() {
        host.close();
        assertThat(host.memory().charged()).isZero();
    }

    @Test
    void allAreReady() {
        assertThat(host.functions())
                .extracting(FunctionHost.Status::name)
                .containsExactly("cat", "chain", "consumer", "fetcher", "getter", "putter", "relay", "sha256", "upper");
        assertThat(host.functions()).allSatisfy(each -> assertThat(each.state())
                .as("%s: %s", each.name(), each.reason())
                .isEqualTo(FunctionState.READY));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 55, 56, 63, 64, 65, 65_535, 65_536, 65_537, 3_000_001})
    void sha256IsComputedInTheGuestAndByTheHost(int length) throws Exception {
        byte[] body = random(length);
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        assertThat(text("sha256", body)).isEqualTo(hash);
        assertThat(text("consumer", body)).isEqualTo(length + " " + hash + "\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100_000, 5_000_000})
    void relayHandsItsBodyToItsNeighbour(int length) throws Exception {
        byte[] body = random(length);
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        String answer = length + " " + hash + "\n";
        assertThat(text("relay", body)).isEqualTo(answer);
        assertThat(neighbours).contains("relay>consumer " + length + " " + answer.length());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_536, 65_537, 1_000_000})
    void aBodyOfUnknownLengthIsTheSameBody(int length) throws Exception {
        byte[] body = random(length);
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        assertThat(new String(Guests.call(host, "sha256", new Guests.Bytes(body, -1, 10_007)), US_ASCII))
                .isEqualTo(hash);
    }

    @Test
    void upperIsWrittenInPlace() {
        assertThat(text("upper", "Hand over the baton.".getBytes(US_ASCII))).isEqualTo("HAND OVER THE BATON.");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 20_000_000})
    void aCommandTakesAnyLengthInLittleMemory(int length) {
        byte[] body = random(length);
        assertThat(Guests.call(host, "cat", new Guests.Bytes(body, -1, 100_000)))
                .isEqualTo(body);
    }

    @Test
    void aFunctionMayCallItselfThroughAnother() {
        assertThat(text("chain", "chain\nupper\nleft over".getBytes(US_ASCII))).isEqualTo("LEFT OVER");
        assertThat(text("chain", "chain\nchain\ncat\nleft over".getBytes(US_ASCII)))
                .isEqualTo("left over");
    }

    private static String text(String function, byte[] body) {
        return new String(Guests.call(host, function, body), US_ASCII);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
