package dev.baton.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Put, get and delete between two pods. */
class ObjectsTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, 40_000, 1 << 20, 20_000_000})
    void anObjectArrivesInTheOtherPodAsItWasPut(int size) {
        try (TestPod a = new TestPod(null);
                TestPod b = new TestPod(null)) {
            byte[] object = Http.pattern(1, size);
            HttpResponse<byte[]> created = Http.send(Http.request(a.api("/v1/objects"))
                    .header("Content-Type", "image/x-test")
                    .header("Repr-Digest", "sha-256=:abc=:")
                    .POST(BodyPublishers.ofByteArray(object)));
            assertThat(created.statusCode()).isEqualTo(201);
            String reference = new String(created.body(), UTF_8);
            assertThat(created.headers().firstValue("Location")).contains("/v1/objects/" + reference);
            assertThat(created.headers().firstValue("Baton-Size")).contains(Integer.toString(size));
            assertThat(created.headers().firstValue("Baton-Expires")).isPresent();

            HttpResponse<byte[]> got = Http.send(Http.get(b, reference));
            assertThat(got.statusCode()).isEqualTo(200);
            assertThat(got.body()).isEqualTo(object);
            assertThat(got.headers().firstValue("Content-Type")).contains("image/x-test");
            assertThat(got.headers().firstValue("Repr-Digest")).contains("sha-256=:abc=:");
            assertThat(got.headers().firstValue("Content-Length")).contains(Integer.toString(size));
            Await.until("the count of bytes sent", () -> a.transfer.stats().pullBytesOut() == size);
            Await.until("the bytes are counted", () -> b.transfer.stats().pullBytesIn() == size);

            HttpResponse<byte[]> again = Http.send(Http.get(b, reference));
            assertThat(again.statusCode()).isEqualTo(410);
            assertThat(Http.code(again)).isEqualTo("gone; reached=no");
            a.empty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1000, 3_000_000})
    void anObjectIsReadInItsOwnPodWithoutThePullPort(int size) {
        try (TestPod a = new TestPod(null)) {
            byte[] object = Http.pattern(2, size);
            String reference = Http.put(a, object, 2);
            assertThat(Http.send(Http.get(a, reference)).body()).isEqualTo(object);
            assertThat(Http.send(Http.get(a, reference)).body()).isEqualTo(object);
            assertThat(Http.send(Http.get(a, reference)).statusCode()).isEqualTo(410);
            assertThat(a.transfer.stats().pullBytesOut()).isZero();
            a.empty();
        }
    }

    @Test
    void anUploadOfUnknownLengthIsKeptWhole() {
        try (TestPod a = new TestPod(null);
                TestPod b = new TestPod(null)) {
            byte[] object = Http.pattern(3, 2_500_001);
            HttpResponse<byte[]> created = Http.send(Http.request(a.api("/v1/objects"))
                    .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(object))));
            assertThat(created.statusCode()).isEqualTo(201);
            HttpResponse<byte[]> got = Http.send(Http.get(b, new String(created.body(), UTF_8)));
            assertThat(got.body()).isEqualTo(object);
            a.empty();
        }
    }

    /** Test 10. */
    @ParameterizedTest
    @ValueSource(ints = {100, 1 << 20})
    void ofManyWhoGetAtOnceExactlyAsManySucceedAsWereAllowed(int size) {
        int allowed = 5;
        try (TestPod a = new TestPod(null);
                TestPod b = new TestPod(null)) {
            byte[] object = Http.pattern(4, size);
            String reference = Http.put(a, object, allowed);
            List<CompletableFuture<HttpResponse<byte[]>>> gets = new ArrayList<>();
            for (int i = 0; i < allowed + 15; i++) {
                gets.add(Http.sendAsync(Http.get(b, reference)));
            }
            int succeeded = 0;
            for (CompletableFuture<HttpResponse<byte[]>> get : gets) {
                HttpResponse<byte[]> response = get.join();
                if (response.statusCode() == 200) {
                    assertThat(response.body()).isEqualTo(object);
                    succeeded++;
                } else {
                    assertThat(response.statusCode()).isIn(410, 503);
                }
            }
            assertThat(succeeded).isEqualTo(allowed);
            assertThat(Http.send(Http.get(b, reference)).statusCode()).isEqualTo(410);
            a.empty();
        }
    }

    @Test
    void onlyTheProducersPodDeletes() {
        try (TestPod a = new TestPod(null);
                TestPod b = new TestPod(null)) {
            String reference = Http.put(a, Http.pattern(5, 1000), 3);
            assertThat(Http.send(Http.request(b.api("/v1/objects/" + reference)).DELETE())
                            .statusCode())
                    .isEqualTo(404);
            assertThat(Http.send(Http.request(a.api("/v1/objects/" + reference)).DELETE())
                            .statusCode())
                    .isEqualTo(204);
            assertThat(Http.send(Http.request(a.api("/v1/objects/" + reference)).DELETE())
                            .statusCode())
                    .isEqualTo(410);
            assertThat(Http.send(Http.get(b, reference)).statusCode()).isEqualTo(410);
            a.empty();
        }
    }
}
