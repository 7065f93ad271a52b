package dev.baton.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Puts that are large, slow, early, corrupt or not allowed. */
class UploadsTest {
    private static final String HOST = "Host: x\r\n";

    /** Test 20, and what else a query can say wrongly. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "retrievals=0",
                "retrievals=-1",
                "retrievals=2147483648",
                "retrievals=99999999999999999999",
                "retrievals=many",
                "retrievals=",
                "retrievals=1.5",
                "retrievals=%31%",
                "retrievals=1&retrievals=2",
                "ttl=0s",
                "ttl=-1s",
                "ttl=10",
                "ttl=s",
                "ttl=9999999999s",
                "early=yes",
                "retrieval=3"
            })
    void aQueryThatIsNotUnderstoodIsRefusedBeforeTheBodyIsRead(String query) throws IOException {
        try (TestPod a = new TestPod(null);
                RawClient client = RawClient.api(a)) {
            client.send("POST /v1/objects?" + query + " HTTP/1.1\r\n" + HOST
                    + "Expect: 100-continue\r\nContent-Length: 10\r\n\r\n");
            RawClient.Message answer = client.message();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.fields()).containsEntry("baton-error", "bad-request; reached=no");
            assertThat(answer.fields()).containsEntry("content-type", "application/problem+json");
            assertThat(answer.text()).contains("\"code\":\"bad-request\"");
            a.empty();
        }
    }

    @Test
    void anObjectLargerThanTheStoreIsRefusedAtOnce() throws IOException {
        try (TestPod a = new TestPod(null, "BATON_STORE_BYTES", "1MiB");
                RawClient client = RawClient.api(a)) {
            client.send(
                    "POST /v1/objects HTTP/1.1\r\n" + HOST + "Expect: 100-continue\r\nContent-Length: 1048577\r\n\r\n");
            RawClient.Message answer = client.message();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.fields()).containsEntry("baton-error", "too-large; reached=no");
            a.empty();
        }
    }

    @Test
    void anObjectOfUnknownLengthIsRefusedWhenItOutgrowsTheStore() {
        try (TestPod a = new TestPod(null, "BATON_STORE_BYTES", "1MiB")) {
            byte[] object = Http.pattern(1, 3 << 20);
            HttpResponse<byte[]> answer = Http.send(Http.request(a.api("/v1/objects"))
                    .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(object))));
            assertThat(answer.statusCode()).isEqualTo(413);
            a.empty();
        }
    }

    @Test
    void aPutThatDoesNotFitWaitsUntilItDoesAndIsToldToGoOnOnlyThen() throws IOException {
        try (TestPod a = new TestPod(null, "BATON_STORE_BYTES", "1MiB");
                RawClient client = RawClient.api(a)) {
            String first = Http.put(a, Http.pattern(1, 900_000), 1);
            byte[] second = Http.pattern(2, 800_000);
            client.send("POST /v1/objects HTTP/1.1\r\n" + HOST + "Expect: 100-continue\r\nContent-Length: "
                    + second.length + "\r\n\r\n");
            Await.until("the second waits", () -> a.store.figures().waiters() == 1);
            assertThat(client.socket.getInputStream().available()).isZero();
            assertThat(Http.send(Http.get(a, first)).statusCode()).isEqualTo(200);
            assertThat(client.message().status()).isEqualTo(100);
            client.send(second);
            RawClient.Message created = client.message();
            assertThat(created.status()).isEqualTo(201);
            assertThat(Http.send(Http.get(a, created.text())).body()).isEqualTo(second);
            a.empty();
        }
    }

    @Test
    void aPutThatWaitsTooLongIsTold() {
        try (TestPod a = new TestPod(null, "BATON_STORE_BYTES", "1MiB", "BATON_PUT_WAIT", "200ms")) {
            String first = Http.put(a, Http.pattern(1, 900_000), 1);
            HttpResponse<byte[]> full = Http.send(
                    Http.request(a.api("/v1/objects")).POST(BodyPublishers.ofByteArray(Http.pattern(2, 800_000))));
            assertThat(full.statusCode()).isEqualTo(507);
            assertThat(Http.code(full)).isEqualTo("store-full; reached=no");
            assertThat(Http.send(Http.get(a, first)).statusCode()).isEqualTo(200);
            a.empty();
        }
    }

    @Test
    void aSenderThatLeavesWhileItWaitsLeavesTheQueue() throws IOException {
        try (TestPod a = new TestPod(null, "BATON_STORE_BYTES", "1MiB")) {
            String first = Http.put(a, Http.pattern(1, 900_000), 1);
            try (RawClient client = RawClient.api(a)) {
                client.send("POST /v1/objects HTTP/1.1\r\n" + HOST + "Content-Length: 800000\r\n\r\nabc");
                Await.until("it waits", () -> a.store.figures().waiters() == 1);
            }
            Await.until("it has left", () -> a.store.figures().waiters() == 0);
            assertThat(Http.send(Http.get(a, first)).statusCode()).isEqualTo(200);
            a.empty();
        }
    }

    /** Test 19. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ofAnUploadWhoseSenderDiesNothingIsKept(boolean reset) throws IOException {
        try (TestPod a = new TestPod(null)) {
            try (RawClient client = RawClient.api(a)) {
                client.send("POST /v1/objects HTTP/1.1\r\n" + HOST + "Content-Length: 1000000\r\n\r\n");
                client.send(Http.pattern(1, 400_000));
                Await.until("the upload is under way", () -> a.store.figures().usedBytes() > 0);
                if (reset) {
                    client.reset();
                }
            }
            a.empty();
        }
    }

    @Test
    void anUploadThatStandsStillIsEnded() throws IOException {
        try (TestPod a = new TestPod(null, "BATON_PULL_IDLE", "300ms");
                RawClient client = RawClient.api(a)) {
            client.send("POST /v1/objects HTTP/1.1\r\n" + HOST + "Content-Length: 1000000\r\n\r\nabc");
            RawClient.Message answer = client.message();
            assertThat(answer.status()).isEqualTo(408);
            a.empty();
        }
    }

    /** Test 25: every body that is not what its framing says. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nxyz\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n-1\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n99999999999999999999\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
                "Content-Length: 10\r\n\r\nhello"
            })
    void aTruncatedOrCorruptUploadIsNeverAnObject(String request) throws IOException {
        try (TestPod a = new TestPod(null);
                RawClient client = RawClient.api(a)) {
            int body = request.indexOf("\r\n\r\n") + 4;
            client.send("POST /v1/objects?early=true HTTP/1.1\r\n" + HOST + request.substring(0, body));
            RawClient.Message hint = client.message();
            assertThat(hint.status()).isEqualTo(103);
            String reference = hint.fields().get("baton-reference");
            client.send(request.substring(body));
            client.socket.shutdownOutput();
            RawClient.Message answer = null;
            try {
                answer = client.message();
            } catch (IOException ended) {
                assertThat(client.ended()).isTrue();
            }
            assertThat(answer == null ? 400 : answer.status()).isBetween(400, 499);
            Await.until("the object is gone", () -> gone(a, reference));
            a.empty();
        }
    }

    /** A reader who comes before the upload's end has been noticed sees it break off, before or after its head, and nothing else. */
    private static boolean gone(TestPod pod, String reference) {
        try {
            HttpResponse<byte[]> answer = Http.send(Http.get(pod, reference));
            if (answer.statusCode() == 502) {
                assertThat(Http.code(answer)).startsWith("producer-unreachable");
                return false;
            }
            assertThat(answer.statusCode()).isEqualTo(410);
            return true;
        } catch (UncheckedIOException brokenOff) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void withEarlyAReaderStartsBeforeTheUploadHasEnded(boolean knownLength) throws IOException, InterruptedException {
        try (TestPod a = new TestPod(null);
                TestPod b = new TestPod(null);
                RawClient client = RawClient.api(a)) {
            byte[] object = Http.pattern(1, 2_000_000);
            client.send("POST /v1/objects?early=true HTTP/1.1\r\n" + HOST
                    + (knownLength ? "Content-Length: 2000000\r\n\r\n" : "Transfer-Encoding: chunked\r\n\r\n"));
            RawClient.Message hint = client.message();
            assertThat(hint.status()).isEqualTo(103);
            String reference = hint.fields().get("baton-reference");
            if (!knownLength) {
                client.send(Integer.toHexString(object.length) + "\r\n");
            }
            client.send(object, 0, 500_000);
            HttpResponse<InputStream> reading = Http.open(Http.get(b, reference));
            assertThat(reading.statusCode()).isEqualTo(200);
            try (InputStream in = reading.body()) {
                assertThat(in.readNBytes(500_000)).isEqualTo(Arrays.copyOf(object, 500_000));
                client.send(object, 500_000, object.length);
                if (!knownLength) {
                    client.send("\r\n0\r\n\r\n");
                }
                assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(object, 500_000, object.length));
            }
            RawClient.Message created = client.message();
            assertThat(created.status()).isEqualTo(201);
            a.empty();
        }
    }

    @Test
    void aReaderOfAnUploadThatDiesGetsNoWholeObject() throws IOException, InterruptedException {
        try (TestPod a = new TestPod(null);
                TestPod b = new TestPod(null)) {
            HttpResponse<InputStream> reading;
            try (RawClient client = RawClient.api(a)) {
                client.send("POST /v1/objects?early=true HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n");
                String reference = client.message().fields().get("baton-reference");
                client.send("1000\r\n").send(Http.pattern(1, 0x1000)).send("\r\n");
                reading = Http.open(Http.get(b, reference));
                reading.body().readNBytes(0x1000);
            }
            assertThat(reading.statusCode()).isEqualTo(200);
            org.assertj.core.api.Assertions.assertThatThrownBy(
                            () -> reading.body().readAllBytes())
                    .isInstanceOf(IOException.class);
            a.empty();
        }
    }

    @Test
    void manyPutsAndGetsShareASmallStore() throws InterruptedException, TimeoutException {
        try (TestPod a = new TestPod(null, "BATON_STORE_BYTES", "2MiB");
                TestPod b = new TestPod(null)) {
            CompletableFuture<?>[] all = new CompletableFuture<?>[60];
            for (int i = 0; i < all.length; i++) {
                byte[] object = Http.pattern(i, 300_000 + i);
                all[i] = Http.sendAsync(Http.request(a.api("/v1/objects")).POST(BodyPublishers.ofByteArray(object)))
                        .thenCompose(created -> {
                            assertThat(created.statusCode()).isEqualTo(201);
                            return Http.sendAsync(Http.get(b, new String(created.body(), UTF_8)));
                        })
                        .thenAccept(got -> assertThat(got.body()).isEqualTo(object));
            }
            try {
                CompletableFuture.allOf(all).get(200, TimeUnit.SECONDS);
            } catch (java.util.concurrent.ExecutionException e) {
                throw new AssertionError(e.getCause());
            }
            a.empty();
        }
    }
}
