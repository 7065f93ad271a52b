package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import dev.baton.pull.DataPath;
import dev.baton.transfer.TransferStats.Operation;
import dev.baton.transfer.TransferStats.Outcome;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One function calls another through both sidecars. */
class InvokeTest {
    private static HttpRequest.Builder invoke(TestPod from, String target) {
        return Http.request(from.api("/v1/invoke")).header("Baton-Target", target);
    }

    /** A pod that may send references to the other one. */
    private static TestPod callerOf(TestPod callee, String... settings) {
        String[] all = new String[settings.length + 2];
        System.arraycopy(settings, 0, all, 0, settings.length);
        all[settings.length] = "BATON_OFFER_HOSTS";
        all[settings.length + 1] = callee.host();
        return new TestPod(null, all);
    }

    @ParameterizedTest
    @CsvSource({"0,false", "1,false", "16384,false", "16385,true", "3000000,true"})
    void aLargeBodyGoesByReferenceAndASmallOneInline(int size, boolean byReference) {
        Functions.Echo echo = new Functions.Echo();
        try (TestPod b = new TestPod(echo);
                TestPod a = callerOf(b)) {
            byte[] body = Http.pattern(1, size);
            HttpResponse<byte[]> response = Http.send(invoke(a, b.url("/fn?x=1;z&%20"))
                    .header("User-Agent", "tester/1")
                    .header("Content-Type", "image/x-test")
                    .POST(BodyPublishers.ofByteArray(body)));
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo(body);
            assertThat(response.headers().map().keySet()).noneMatch(name -> name.startsWith("baton-"));
            assertThat(echo.seen).hasSize(1);
            Functions.Seen seen = echo.seen.get(0);
            assertThat(seen.body()).isEqualTo(body);
            assertThat(seen.target()).isEqualTo("/fn?x=1;z&%20");
            assertThat(seen.fields().getFirst("User-Agent")).isEqualTo("tester/1");
            assertThat(seen.fields().getFirst("Content-Type")).isEqualTo("image/x-test");
            assertThat(seen.fields().getFirst("Content-Length")).isEqualTo(Integer.toString(size));
            assertThat(seen.fields().getFirst("Host")).isEqualTo(b.host() + ":8012");
            assertThat(seen.fields().keySet()).noneMatch(name -> name.startsWith("Baton-"));
            // Both bodies of a large call cross the pull ports, the response in the other direction.
            int pulled = byReference ? size : 0;
            Await.until("the pulled bytes are counted", () -> a.transfer.stats().pullBytesOut() == pulled);
            Await.until("the pulled bytes are counted", () -> b.transfer.stats().pullBytesIn() == pulled);
            Await.until("the pulled bytes are counted", () -> b.transfer.stats().pullBytesOut() == pulled);
            Await.until("the pulled bytes are counted", () -> a.transfer.stats().pullBytesIn() == pulled);
            DataPath path = byReference ? DataPath.COPY : DataPath.INLINE;
            Await.until(
                    "the call is counted",
                    () -> a.transfer
                                    .stats()
                                    .figure(Operation.INVOKE, path, Outcome.DONE)
                                    .count()
                            == 1);
            a.empty();
            b.empty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 16_384, 16_385, 2_000_000})
    void aBodyOfUnknownLengthArrives(int size) {
        Functions.Echo echo = new Functions.Echo();
        try (TestPod b = new TestPod(echo);
                TestPod a = callerOf(b)) {
            byte[] body = Http.pattern(2, size);
            HttpResponse<byte[]> response = Http.send(
                    invoke(a, b.url("/fn")).POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(body))));
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo(body);
            assertThat(echo.seen).hasSize(1);
            a.hasPulledOut(size > 16_384 ? size : 0);
            a.empty();
            b.empty();
        }
    }

    @Test
    void storeAndForwardMovesTheSameBytes() {
        Functions.Echo echo = new Functions.Echo();
        try (TestPod b = new TestPod(echo);
                TestPod a = callerOf(b, "BATON_STREAMING", "store-and-forward")) {
            byte[] body = Http.pattern(3, 5_000_000);
            for (int i = 0; i < 3; i++) {
                HttpResponse<byte[]> response =
                        Http.send(invoke(a, b.url("/fn")).POST(BodyPublishers.ofByteArray(body)));
                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(response.body()).isEqualTo(body);
            }
            a.empty();
            b.empty();
        }
    }

    @ParameterizedTest
    @CsvSource({"1000,false", "1000,true", "1000000,false", "1000000,true"})
    void aLargeResponseComesBackByReference(int size, boolean chunked) {
        try (TestPod b = new TestPod(Functions.giving(size, chunked));
                TestPod a = callerOf(b)) {
            long pulled = size > 16_384 ? size : 0;
            // Without a length it is passed on inline if it does not show its size within 10 ms, and this machine may
            // be busy.
            for (int tries = 1; tries <= (chunked ? 50 : 1) && (tries == 1 || b.hasPulledOutLess(pulled)); tries++) {
                HttpResponse<byte[]> response = Http.send(
                        invoke(a, b.url("/fn")).header("Baton-Method", "GET").POST(BodyPublishers.noBody()));
                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(response.body()).isEqualTo(Http.pattern(9, size));
                assertThat(response.headers().firstValue("X-Function")).contains("giving");
                if (!chunked) {
                    assertThat(response.headers().firstValue("Content-Length")).contains(Integer.toString(size));
                }
                a.empty();
                b.empty();
            }
            b.hasPulledOut(pulled);
        }
    }

    @Test
    void aBodyLargerThanTheStoreFlowsThrough() {
        Functions.Echo echo = new Functions.Echo();
        try (TestPod b = new TestPod(echo, "BATON_STORE_BYTES", "1MiB");
                TestPod a = callerOf(b, "BATON_STORE_BYTES", "1MiB")) {
            byte[] body = Http.pattern(4, 24_000_000);
            HttpResponse<byte[]> response = Http.send(invoke(a, b.url("/fn")).POST(BodyPublishers.ofByteArray(body)));
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo(body);
            a.empty();
            b.empty();
        }
    }
}
