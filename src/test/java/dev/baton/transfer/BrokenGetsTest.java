package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import java.io.IOException;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Retrievals that do not go as they should: they cost nobody else the object, and give nobody a wrong one. */
class BrokenGetsTest {
    private static final int SIZE = 12_000_000;

    /** Reads the first bytes and dies. */
    private static void readAndDie(TestPod pod, String reference, int bytes) throws IOException {
        try (RawClient client = RawClient.api(pod)) {
            client.send("GET /v1/objects/" + reference + " HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.head().status()).isEqualTo(200);
            client.read(bytes);
            client.reset();
        }
    }

    /** Test 11. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRetrievalThatBreaksOffCanBeTriedAgain(boolean ownPod) throws IOException {
        try (TestPod a = new TestPod(null);
                TestPod b = new TestPod(null)) {
            byte[] object = Http.pattern(1, SIZE);
            String reference = Http.put(a, object, 1);
            TestPod reader = ownPod ? a : b;
            for (int bytes : new int[] {0, 1, 100_000}) {
                readAndDie(reader, reference, bytes);
                Await.until(
                        "the retrieval is given back", () -> a.store.figures().retrievals() == 0);
            }
            HttpResponse<byte[]> whole = Http.send(Http.get(reader, reference));
            assertThat(whole.statusCode()).isEqualTo(200);
            assertThat(whole.body()).isEqualTo(object);
            a.empty();
        }
    }

    @Test
    void theFourthAttemptThatBreaksOffIsTheLast() throws IOException {
        try (TestPod a = new TestPod(null);
                TestPod b = new TestPod(null)) {
            String reference = Http.put(a, Http.pattern(2, SIZE), 1);
            for (int i = 0; i < 4; i++) {
                readAndDie(b, reference, 1);
                Await.until(
                        "the retrieval is given back", () -> a.store.figures().retrievals() == 0);
            }
            assertThat(Http.send(Http.get(b, reference)).statusCode()).isEqualTo(410);
            a.empty();
        }
    }

    @Test
    void aReaderThatStopsReadingLosesItsRetrieval() throws IOException {
        try (TestPod a = new TestPod(null, "BATON_PULL_IDLE", "8s");
                TestPod b = new TestPod(null)) {
            byte[] object = Http.pattern(3, 40_000_000);
            String reference = Http.put(a, object, 1);
            try (RawClient client = RawClient.api(b)) {
                client.send("GET /v1/objects/" + reference + " HTTP/1.1\r\nHost: x\r\n\r\n");
                client.read(1000);
                Await.until(
                        "the retrieval is given back", () -> a.store.figures().retrievals() == 0);
                HttpResponse<byte[]> whole = Http.send(Http.get(b, reference));
                assertThat(whole.body()).isEqualTo(object);
            }
            a.empty();
        }
    }

    /** Test 12. */
    @Test
    void objectsOfAnEarlierStartAreGone() {
        TestPod first = new TestPod(null);
        try (TestPod b = new TestPod(null)) {
            String reference = Http.put(first, Http.pattern(4, 1000), 5);
            assertThat(Http.send(Http.get(b, reference)).statusCode()).isEqualTo(200);
            try (TestPod second = first.restarted()) {
                HttpResponse<byte[]> gone = Http.send(Http.get(b, reference));
                assertThat(gone.statusCode()).isEqualTo(410);
                assertThat(Http.code(gone)).isEqualTo("gone; reached=no");
                assertThat(Http.send(Http.get(second, reference)).statusCode()).isEqualTo(410);
                // The address serves its new objects.
                byte[] object = Http.pattern(5, 1000);
                assertThat(Http.send(Http.get(b, Http.put(second, object, 1))).body())
                        .isEqualTo(object);
            }
            assertThat(Http.send(Http.get(b, reference)).statusCode()).isEqualTo(410);
        }
    }

    @Test
    void aRangeIsRefusedAndCostsNothing() {
        try (TestPod a = new TestPod(null);
                TestPod b = new TestPod(null)) {
            byte[] object = Http.pattern(6, 1000);
            String reference = Http.put(a, object, 1);
            HttpResponse<byte[]> part = Http.send(Http.get(b, reference).header("Range", "bytes=0-9"));
            assertThat(part.statusCode()).isEqualTo(416);
            assertThat(Http.send(Http.get(b, reference)).body()).isEqualTo(object);
            a.empty();
        }
    }

    /** Test 21: what is being pulled is pulled to its end; new objects are refused. */
    @Test
    void aPodThatDrainsServesPullsAndTakesNoObject() throws IOException, InterruptedException {
        try (TestPod a = new TestPod(null);
                TestPod b = new TestPod(null)) {
            byte[] object = Http.pattern(7, 30_000_000);
            String reference = Http.put(a, object, 1);
            try (var in = Http.open(Http.get(b, reference)).body()) {
                byte[] start = in.readNBytes(1000);
                a.draining = true;
                HttpResponse<byte[]> refused = Http.send(Http.request(a.api("/v1/objects"))
                        .POST(java.net.http.HttpRequest.BodyPublishers.ofString("x")));
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(Http.code(refused)).isEqualTo("draining; reached=no");
                assertThat(start).isEqualTo(java.util.Arrays.copyOf(object, 1000));
                byte[] rest = in.readAllBytes();
                assertThat(rest).isEqualTo(java.util.Arrays.copyOfRange(object, 1000, object.length));
            }
            a.empty();
        }
    }
}
