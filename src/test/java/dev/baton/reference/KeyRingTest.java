package dev.baton.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyRingTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration ADOPT = Duration.ofSeconds(150);
    private static final Duration RETENTION = Duration.ofHours(1);
    private static final Duration MINUTE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final ManualClock clock = new ManualClock();

    @Test
    void podsWithOneFolderOpenEachOthersReferences() throws IOException {
        key("a");
        current("a");
        String text = codec(directory()).seal(References.lasting(clock));
        assertThat(text).startsWith("xdt1.a.");
        assertThat(codec(directory()).open(text)).isInstanceOf(Opened.Valid.class);
        assertThat(directory().refresh()).isEmpty();
    }

    @Test
    void rotationLosesNothing() throws IOException {
        key("a");
        current("a");
        KeyRing ring = directory();
        ReferenceCodec codec = codec(ring);
        String old = codec.seal(longLived());
        key("b");
        current("b");
        ring.refresh();
        // Others may not have seen the new key yet.
        assertThat(codec.seal(longLived())).startsWith("xdt1.a.");
        clock.advance(ADOPT.minusMillis(1));
        ring.refresh();
        String last = codec.seal(longLived());
        assertThat(last).startsWith("xdt1.a.");
        clock.advance(Duration.ofMillis(1));
        ring.refresh();
        assertThat(codec.seal(longLived())).startsWith("xdt1.b.");
        Files.delete(folder.resolve("a"));
        ring.refresh();
        clock.advance(RETENTION);
        ring.refresh();
        assertThat(codec.open(old)).isInstanceOf(Opened.Valid.class);
        assertThat(codec.open(last)).isInstanceOf(Opened.Valid.class);
        clock.advance(ADOPT);
        ring.refresh();
        assertThat(codec.open(old)).as("retired").isSameAs(Opened.Invalid.INSTANCE);
    }

    @Test
    void settingTheClockNeitherRetiresAKeyNorKeepsOneWaiting() throws IOException {
        long[] nanos = {7};
        SteadyClock steady = new SteadyClock(clock, () -> nanos[0]);
        key("a");
        current("a");
        KeyRing ring = KeyRing.directory(folder, ADOPT, RETENTION, steady, RANDOM);
        ReferenceCodec codec = codec(ring);
        String old = codec.seal(longLived());
        key("b");
        current("b");
        ring.refresh();
        Files.delete(folder.resolve("a"));
        clock.advance(Duration.ofDays(1));
        ring.refresh();
        assertThat(codec.seal(longLived())).startsWith("xdt1.a.");
        clock.advance(Duration.ofDays(-2));
        nanos[0] += ADOPT.toNanos();
        ring.refresh();
        assertThat(codec.seal(longLived())).startsWith("xdt1.b.");
        assertThat(codec.open(old)).isInstanceOf(Opened.Valid.class);
        nanos[0] += RETENTION.plus(ADOPT).toNanos();
        ring.refresh();
        assertThat(codec.open(old)).isSameAs(Opened.Invalid.INSTANCE);
    }

    @Test
    void aKeyKnownForLongIsAdoptedAtOnce() throws IOException {
        key("a");
        key("b");
        current("a");
        KeyRing ring = directory();
        ring.refresh();
        clock.advance(ADOPT);
        current("b");
        ring.refresh();
        assertThat(codec(ring).seal(longLived())).startsWith("xdt1.b.");
    }

    @Test
    void aVanishedSealingKeyStillOpensForLongAfterItsLastSeal() throws IOException {
        key("a");
        current("a");
        KeyRing ring = directory();
        ReferenceCodec codec = codec(ring);
        ring.refresh();
        Files.delete(folder.resolve("a"));
        ring.refresh();
        clock.advance(RETENTION);
        ring.refresh();
        String last = codec.seal(longLived());
        assertThat(last).startsWith("xdt1.a.");
        key("b");
        current("b");
        ring.refresh();
        clock.advance(ADOPT);
        ring.refresh();
        assertThat(codec.seal(longLived())).startsWith("xdt1.b.");
        clock.advance(RETENTION.minus(ADOPT));
        ring.refresh();
        assertThat(codec.open(last)).isInstanceOf(Opened.Valid.class);
    }

    @Test
    void badFilesLoseNoWorkingKey() throws IOException {
        key("a");
        current("a");
        KeyRing ring = directory();
        ReferenceCodec codec = codec(ring);
        String text = codec.seal(longLived());
        byte[] good = Files.readAllBytes(folder.resolve("a"));
        String secret = new String(good, StandardCharsets.US_ASCII).strip();
        List<byte[]> bad = List.of(
                new byte[0],
                "AAAA".getBytes(StandardCharsets.US_ASCII),
                ("*" + secret.substring(1)).getBytes(StandardCharsets.US_ASCII),
                secret.substring(0, 20).getBytes(StandardCharsets.US_ASCII),
                Base64.getEncoder().encode(new byte[33]),
                new byte[100_000]);
        for (byte[] content : bad) {
            Files.write(folder.resolve("a"), content);
            clock.advance(RETENTION.plus(ADOPT).plusSeconds(1));
            List<String> lines = ring.refresh();
            assertThat(lines).allSatisfy(line -> assertThat(line).doesNotContain(secret.substring(0, 8)));
            assertThat(codec.open(text)).isInstanceOf(Opened.Valid.class);
            assertThat(codec.seal(longLived())).startsWith("xdt1.a.");
        }
        Files.write(folder.resolve("a"), good);
        assertThat(ring.refresh()).isEmpty();
        assertThat(codec.open(text)).isInstanceOf(Opened.Valid.class);
    }

    @Test
    void aProblemIsToldOnceUntilItHasGone() throws IOException {
        key("a");
        current("a");
        KeyRing ring = directory();
        ring.refresh();
        byte[] good = Files.readAllBytes(folder.resolve("a"));
        Files.writeString(folder.resolve("a"), "short");
        assertThat(ring.refresh()).anySatisfy(line -> assertThat(line).contains("key a is not 32 bytes in base64"));
        assertThat(ring.refresh()).isEmpty();
        Files.write(folder.resolve("a"), good);
        assertThat(ring.refresh()).isEmpty();
        Files.writeString(folder.resolve("a"), "short");
        assertThat(ring.refresh()).isNotEmpty();
    }

    @Test
    void unreadableFilesAndFoldersLoseNothing() throws IOException {
        key("a");
        current("a");
        KeyRing ring = directory();
        ReferenceCodec codec = codec(ring);
        String text = codec.seal(longLived());
        Files.delete(folder.resolve("a"));
        // Whatever rights the test has: neither a folder nor a loop of links can be read as a file.
        Files.createDirectory(folder.resolve("a"));
        Files.delete(folder.resolve("current"));
        Files.createSymbolicLink(folder.resolve("current"), folder.resolve("current"));
        clock.advance(RETENTION.plus(ADOPT).plusSeconds(1));
        assertThat(ring.refresh()).hasSize(2);
        assertThat(codec.open(text)).isInstanceOf(Opened.Valid.class);
        Files.delete(folder.resolve("a"));
        Files.delete(folder.resolve("current"));
        Files.delete(folder);
        clock.advance(RETENTION.plus(ADOPT).plusSeconds(1));
        assertThat(ring.refresh()).anySatisfy(line -> assertThat(line).contains("cannot be listed"));
        assertThat(codec.open(text)).isInstanceOf(Opened.Valid.class);
        Files.createDirectory(folder);
    }

    @Test
    void anOldKeyThatOnlyOpensOutlivesBadFilesToo() throws IOException {
        key("a");
        current("a");
        String old = codec(directory()).seal(longLived());
        key("b");
        current("b");
        KeyRing ring = directory();
        ReferenceCodec codec = codec(ring);
        assertThat(codec.seal(longLived())).startsWith("xdt1.b.");
        byte[] good = Files.readAllBytes(folder.resolve("a"));
        Files.writeString(folder.resolve("a"), "short");
        for (int i = 0; i < 2; i++) {
            ring.refresh();
            clock.advance(RETENTION.plus(ADOPT));
        }
        ring.refresh();
        assertThat(codec.open(old)).as("damaged").isInstanceOf(Opened.Valid.class);
        Files.write(folder.resolve("a"), good);
        Path away = folder.resolveSibling(folder.getFileName() + "-away");
        Files.move(folder, away);
        for (int i = 0; i < 2; i++) {
            ring.refresh();
            clock.advance(RETENTION.plus(ADOPT));
        }
        ring.refresh();
        assertThat(codec.open(old)).as("folder away").isInstanceOf(Opened.Valid.class);
        Files.move(away, folder);
        Files.delete(folder.resolve("a"));
        ring.refresh();
        clock.advance(RETENTION.plus(ADOPT));
        ring.refresh();
        assertThat(codec.open(old)).as("retired").isSameAs(Opened.Invalid.INSTANCE);
    }

    @Test
    void aFileReplacedUnderItsIdKeepsTheOldKeyOpening() throws IOException {
        key("a");
        current("a");
        KeyRing ring = directory();
        ReferenceCodec codec = codec(ring);
        String old = codec.seal(longLived());
        key("a");
        ring.refresh();
        assertThat(codec(directory()).open(old)).isSameAs(Opened.Invalid.INSTANCE);
        assertThat(codec.open(old)).isInstanceOf(Opened.Valid.class);
        assertThat(codec.open(codec.seal(longLived()))).isInstanceOf(Opened.Valid.class);
        String ofNewPod = codec(directory()).seal(longLived());
        assertThat(codec.open(ofNewPod)).isInstanceOf(Opened.Valid.class);
        clock.advance(ADOPT);
        ring.refresh();
        assertThat(codec(directory()).open(codec.seal(longLived()))).isInstanceOf(Opened.Valid.class);
        for (int i = 0; i < 20; i++) {
            key("a");
            ring.refresh();
        }
        assertThat(ring.opening("a")).hasSizeLessThanOrEqualTo(5);
    }

    @Test
    void kubernetesLinksAndStrangeNamesArePassedOver() throws IOException {
        Path data = Files.createDirectory(folder.resolve("..2025"));
        Files.createSymbolicLink(folder.resolve("..data"), data);
        Files.writeString(data.resolve("a"), Base64.getEncoder().encodeToString(new byte[32]) + "\n");
        Files.writeString(data.resolve("current"), "a\n");
        Files.createSymbolicLink(folder.resolve("a"), folder.resolve("..data/a"));
        Files.createSymbolicLink(folder.resolve("current"), folder.resolve("..data/current"));
        KeyRing ring = directory();
        assertThat(ring.refresh()).isEmpty();
        assertThat(codec(ring).seal(longLived())).startsWith("xdt1.a.");
        Files.writeString(folder.resolve("a key.txt"), "x");
        assertThat(ring.refresh())
                .singleElement()
                .asString()
                .doesNotContain("a key.txt")
                .contains("no key id");
    }

    @Test
    void withoutAnyKeyARandomOneSealsUntilThereIsOne() throws IOException {
        KeyRing ring = directory();
        ReferenceCodec codec = codec(ring);
        assertThat(ring.refresh()).anySatisfy(line -> assertThat(line).contains("inside this pod only"));
        String makeshift = codec.seal(longLived());
        assertThat(codec.open(makeshift)).isInstanceOf(Opened.Valid.class);
        key("a");
        current("a");
        ring.refresh();
        assertThat(codec.seal(longLived())).startsWith("xdt1.a.");
        assertThat(codec.open(makeshift)).isInstanceOf(Opened.Valid.class);
    }

    @Test
    void anUnknownIdReadsAtOnceButNotMoreThanOnceASecond() throws IOException {
        key("a");
        current("a");
        KeyRing ring = directory();
        ReferenceCodec codec = codec(ring);
        codec.seal(longLived());
        key("b");
        current("b");
        String fresh = codec(directory()).seal(longLived());
        assertThat(codec.open(fresh)).isInstanceOf(Opened.Valid.class);
        AtomicInteger reads = new AtomicInteger();
        KeyRing counting = new KeyRing(counting(reads), ADOPT, RETENTION, clock, RANDOM);
        ReferenceCodec flooded = codec(counting);
        clock.advance(MINUTE);
        for (int i = 0; i < 1000; i++) {
            assertThat(flooded.open(fresh)).isSameAs(Opened.Invalid.INSTANCE);
        }
        // The first use, and the first unknown id.
        assertThat(reads).hasValue(2);
        clock.advance(Duration.ofSeconds(1));
        flooded.open(fresh);
        flooded.open("xdt1.c." + fresh.substring(fresh.length() - 144));
        flooded.open("no reference");
        assertThat(reads).hasValue(3);
    }

    @Test
    void theServingCertificatesKeyIsSharedByTheNamespaceAlone() throws IOException {
        Path file = pem("one");
        String text = codec(serving(file, "ns-a")).seal(longLived());
        assertThat(text).matches("xdt1\\.[0-9a-f]{16}\\..*");
        assertThat(codec(serving(file, "ns-a")).open(text)).isInstanceOf(Opened.Valid.class);
        assertThat(codec(serving(file, "ns-b")).open(text)).isSameAs(Opened.Invalid.INSTANCE);
    }

    @Test
    void aRenewedCertificateOpensAtOnceAndSealsLater() throws IOException {
        Path file = pem("one");
        KeyRing ring = serving(file, "ns");
        ReferenceCodec codec = codec(ring);
        String old = codec.seal(longLived());
        String oldPrefix = old.substring(0, old.length() - 144);
        pem("two");
        String ofNewPod = codec(serving(file, "ns")).seal(longLived());
        // Unknown id: the file is read at once.
        assertThat(codec.open(ofNewPod)).isInstanceOf(Opened.Valid.class);
        assertThat(codec.seal(longLived())).startsWith(oldPrefix);
        clock.advance(ADOPT);
        ring.refresh();
        assertThat(codec.seal(longLived())).startsWith(ofNewPod.substring(0, ofNewPod.length() - 144));
        clock.advance(RETENTION.minus(ADOPT));
        ring.refresh();
        assertThat(codec.open(old)).isInstanceOf(Opened.Valid.class);
        clock.advance(RETENTION);
        ring.refresh();
        assertThat(codec.open(old)).isSameAs(Opened.Invalid.INSTANCE);
    }

    @Test
    void aHalfWrittenCertificateKeyIsNotTaken() throws IOException {
        Path file = pem("one");
        KeyRing ring = serving(file, "ns");
        ReferenceCodec codec = codec(ring);
        String text = codec.seal(longLived());
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length - 1; length += 7) {
            Files.write(file, Arrays.copyOf(whole, length));
            clock.advance(RETENTION);
            ring.refresh();
            assertThat(codec.open(text)).isInstanceOf(Opened.Valid.class);
            assertThat(codec.seal(longLived())).startsWith(text.substring(0, text.length() - 144));
        }
        Files.delete(file);
        clock.advance(RETENTION);
        assertThat(ring.refresh()).singleElement().asString().contains("tls.key is not readable");
        assertThat(codec.open(text)).isInstanceOf(Opened.Valid.class);
    }

    @Test
    void aKeyIsRefusedBeforeItHasSealedTooOften() {
        Key worn = new Key("worn", new byte[32], KeyRing.SEALS_PER_KEY - 1);
        KeyRing ring = new KeyRing(constant(worn), Duration.ZERO, RETENTION, clock, RANDOM);
        ReferenceCodec codec = codec(ring);
        assertThat(ring.refresh()).singleElement().asString().contains("rotate the keys");
        String last = codec.seal(longLived());
        assertThatIllegalStateException()
                .isThrownBy(() -> codec.seal(longLived()))
                .withMessageContaining("rotate");
        assertThatIllegalStateException().isThrownBy(() -> codec.seal(longLived()));
        assertThat(codec.open(last)).isInstanceOf(Opened.Valid.class);
    }

    @Test
    void theCountOutlivesReadingTheFileAgain() throws IOException {
        key("a");
        current("a");
        KeyRing ring = directory();
        ReferenceCodec codec = codec(ring);
        codec.seal(longLived());
        ring.refresh();
        codec.seal(longLived());
        assertThat(ring.opening("a").getFirst().seals()).isEqualTo(2);
    }

    @Test
    void aRandomKeyIsFollowedByAnotherInTime() {
        ProcessKey source = new ProcessKey(RANDOM);
        Key first = source.read().keys().getFirst();
        assertThat(source.read().keys()).containsExactly(first);
        Key worn = new Key("worn", new byte[32], KeyRing.SEALS_BEFORE_WARNING);
        Key next = new ProcessKey(RANDOM, worn).read().keys().getFirst();
        assertThat(next.id()).isNotEqualTo("worn");
    }

    private KeySource counting(AtomicInteger reads) {
        Key key = new Key("own", new byte[32]);
        return new KeySource() {
            @Override
            public Found read() {
                reads.incrementAndGet();
                return new Found(List.of(key), Set.of(), "own", true, List.of());
            }

            @Override
            public boolean changes() {
                return true;
            }
        };
    }

    private static KeySource constant(Key key) {
        return new KeySource() {
            @Override
            public Found read() {
                return new Found(List.of(key), Set.of(), key.id(), true, List.of());
            }

            @Override
            public boolean changes() {
                return false;
            }
        };
    }

    private KeyRing directory() {
        return KeyRing.directory(folder, ADOPT, RETENTION, clock, RANDOM);
    }

    private KeyRing serving(Path file, String namespace) {
        return KeyRing.servingCertificate(file, namespace, ADOPT, RETENTION, clock, RANDOM);
    }

    private ReferenceCodec codec(KeyRing ring) {
        return new ReferenceCodec(ring, "tenant", clock, RANDOM);
    }

    private Reference longLived() {
        return References.until(clock.millis() + Duration.ofDays(30).toMillis());
    }

    private void key(String id) throws IOException {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        Files.writeString(folder.resolve(id), Base64.getEncoder().encodeToString(bytes) + "\n");
    }

    private void current(String id) throws IOException {
        Files.writeString(folder.resolve("current"), id + "\n");
    }

    private Path pem(String seed) throws IOException {
        String body = Base64.getMimeEncoder().encodeToString(seed.repeat(60).getBytes(StandardCharsets.US_ASCII));
        return Files.writeString(
                folder.resolve("tls.key"), "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n");
    }
}
