package dev.baton.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.baton.Await;
import dev.baton.handover.HandoverPod;
import dev.baton.sdk.BatonClient.Path;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The client against real sidecars: by memory, over HTTP, and across. */
class BatonClientTest {
    private static final int[] SIZES = {0, 1, 1000, 4096, 40_000, 1 << 20, 20_000_001};

    static Stream<Arguments> sizesAndWays() {
        return Arrays.stream(SIZES).boxed().flatMap(size -> Stream.of(true, false)
                .flatMap(put -> Stream.of(true, false).map(get -> Arguments.of(size, put, get))));
    }

    static BatonClient memory(HandoverPod pod) {
        return BatonClient.connect(pod.http(), "@" + pod.socket);
    }

    static BatonClient http(HandoverPod pod) {
        return BatonClient.connect(pod.http(), "");
    }

    static byte[] pattern(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i * 7 + (i >> 8) + (i >> 16) + 1);
        }
        return bytes;
    }

    static byte[] bytes(BatonObject object) throws IOException {
        return object.segment().toArray(ValueLayout.JAVA_BYTE);
    }

    @ParameterizedTest
    @MethodSource("sizesAndWays")
    void whatIsPutInOnePodIsGotInAnotherByWhicheverWay(int size, boolean putMemory, boolean getMemory)
            throws IOException {
        byte[] object = pattern(size);
        try (HandoverPod a = new HandoverPod();
                HandoverPod b = new HandoverPod();
                BatonClient from = putMemory ? memory(a) : http(a);
                BatonClient to = getMemory ? memory(b) : http(b)) {
            String reference = from.put(object, PutOptions.once().withContentType("image/x-test"));
            try (BatonObject got = to.get(reference)) {
                assertThat(got.path()).isEqualTo(getMemory ? Path.MEMORY : Path.HTTP);
                assertThat(got.size()).isEqualTo(size);
                assertThat(got.contentType()).isEqualTo("image/x-test");
                assertThat(bytes(got)).isEqualTo(object);
            }
            assertThatExceptionOfType(ObjectGoneException.class).isThrownBy(() -> to.get(reference));
            a.empty();
            b.empty();
        }
    }

    @ParameterizedTest
    @MethodSource("sizesAndWays")
    void whatIsPutIsGotInTheSamePodAsOftenAsAllowed(int size, boolean putMemory, boolean getMemory) throws IOException {
        byte[] object = pattern(size);
        try (HandoverPod pod = new HandoverPod();
                BatonClient from = putMemory ? memory(pod) : http(pod);
                BatonClient to = getMemory ? memory(pod) : http(pod)) {
            String reference = from.put(ByteBuffer.wrap(object), PutOptions.times(2));
            for (int i = 0; i < 2; i++) {
                try (BatonObject got = to.get(reference);
                        InputStream stream = got.stream()) {
                    assertThat(stream.readAllBytes()).isEqualTo(object);
                }
            }
            assertThatExceptionOfType(ObjectGoneException.class)
                    .isThrownBy(() -> to.get(reference))
                    .satisfies(gone -> assertThat(gone.code()).isEqualTo("gone"));
            pod.empty();
        }
    }

    @Test
    void aDraftIsFilledInPlaceAndBecomesTheObject() throws IOException {
        try (HandoverPod pod = new HandoverPod();
                BatonClient client = memory(pod)) {
            assertThat(client.handsOver()).isTrue();
            String reference;
            try (BatonDraft draft = client.allocate(3_000_000)) {
                draft.segment().set(ValueLayout.JAVA_BYTE, 2_999_999, (byte) 7);
                reference = draft.put(PutOptions.once());
                assertThat(draft.path()).isEqualTo(Path.MEMORY);
                assertThatExceptionOfType(IllegalStateException.class)
                        .isThrownBy(() -> draft.segment().get(ValueLayout.JAVA_BYTE, 0));
            }
            try (BatonObject got = client.get(reference)) {
                assertThat(got.path()).isEqualTo(Path.MEMORY);
                assertThat(got.size()).isEqualTo(3_000_000);
                assertThat(got.segment().get(ValueLayout.JAVA_BYTE, 2_999_999)).isEqualTo((byte) 7);
                assertThat(got.buffer().get(2_999_999)).isEqualTo((byte) 7);
            }
            pod.empty();
        }
    }

    @Test
    void aStreamOfKnownAndOfUnknownSizeIsPut() throws IOException {
        byte[] object = pattern(700_000);
        try (HandoverPod pod = new HandoverPod();
                BatonClient client = memory(pod)) {
            for (long size : new long[] {object.length, -1}) {
                String reference = client.put(new ByteArrayInputStream(object), size, PutOptions.once());
                try (BatonObject got = client.get(reference)) {
                    assertThat(bytes(got)).isEqualTo(object);
                }
            }
            pod.empty();
        }
    }

    @Test
    void aSocketThatIsNotThereMeansHttp() throws IOException {
        try (HandoverPod pod = new HandoverPod();
                BatonClient client = BatonClient.connect(pod.http(), "@" + pod.socket + "-not-there")) {
            assertThat(client.handsOver()).isFalse();
            String reference;
            try (BatonDraft draft = client.allocate(100_000)) {
                draft.segment().fill((byte) 9);
                reference = draft.put(PutOptions.once());
                assertThat(draft.path()).isEqualTo(Path.HTTP);
            }
            try (BatonObject got = client.get(reference)) {
                assertThat(got.path()).isEqualTo(Path.HTTP);
                assertThat(got.segment().byteSize()).isEqualTo(100_000);
                assertThat(got.segment().get(ValueLayout.JAVA_BYTE, 99_999)).isEqualTo((byte) 9);
            }
            pod.empty();
        }
    }

    @Test
    void anObjectForWhoseCopyThereIsNoRoomComesOverHttp() throws IOException {
        byte[] object = pattern(2_000_000);
        try (HandoverPod pod = new HandoverPod("BATON_STORE_BYTES", "3MiB");
                BatonClient sender = http(pod);
                BatonClient client = memory(pod)) {
            String reference = sender.put(object, PutOptions.once());
            try (BatonObject got = client.get(reference)) {
                assertThat(got.path()).isEqualTo(Path.HTTP);
                assertThat(bytes(got)).isEqualTo(object);
            }
            pod.empty();
        }
    }

    @Test
    void badReferencesAreToldByTypeInBothWays() {
        try (HandoverPod pod = new HandoverPod();
                BatonClient memory = memory(pod);
                BatonClient http = http(pod)) {
            for (String reference :
                    new String[] {"xdt1.k.AAAA", "", "x y", "é", "a\nb", "x".repeat(5000), "../objects"}) {
                assertThatExceptionOfType(BatonException.class)
                        .as("by memory: %s", reference)
                        .isThrownBy(() -> memory.get(reference));
                assertThatExceptionOfType(BatonException.class)
                        .as("over HTTP: %s", reference)
                        .isThrownBy(() -> http.get(reference));
            }
            assertThatExceptionOfType(ObjectNotFoundException.class).isThrownBy(() -> memory.get("xdt1.k.AAAA"));
            assertThatExceptionOfType(ObjectNotFoundException.class).isThrownBy(() -> http.get("xdt1.k.AAAA"));
        }
    }

    @Test
    void anObjectThatIsDeletedOrExpiresIsGone() throws Exception {
        try (HandoverPod pod = new HandoverPod();
                BatonClient client = memory(pod)) {
            String deleted = client.put(pattern(100), PutOptions.times(5));
            client.delete(deleted);
            assertThatExceptionOfType(ObjectGoneException.class).isThrownBy(() -> client.get(deleted));
            String expired = client.put(pattern(100), PutOptions.once().withTtl(Duration.ofMillis(1)));
            Thread.sleep(20);
            assertThatExceptionOfType(ObjectGoneException.class).isThrownBy(() -> client.get(expired));
            Await.until("expired objects are freed", () -> {
                pod.store.expire();
                return pod.store.figures().usedBytes() == 0;
            });
        }
    }

    @Test
    void withNobodyThereItSaysThatTheSidecarIsUnreachable() {
        try (BatonClient client = BatonClient.connect(URI.create("http://127.0.0.1:1"), "@baton-test-nobody")) {
            assertThatExceptionOfType(BatonException.class)
                    .isThrownBy(() -> client.put(MemorySegment.ofArray(new byte[10]), PutOptions.once()))
                    .satisfies(e -> assertThat(e.code()).isEqualTo("sidecar-unreachable"));
        }
    }
}
