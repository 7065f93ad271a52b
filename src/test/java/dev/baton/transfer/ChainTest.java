package dev.baton.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Several functions in a row, references among them, and what functions can learn from all that. */
class ChainTest {
    @Test
    void aReferenceIsHandedOnWithoutTheObject() {
        AtomicReference<TestPod> c = new AtomicReference<>();
        HttpHandler reading = exchange -> {
            String reference = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            HttpResponse<byte[]> object = Http.send(Http.get(c.get(), reference));
            Functions.answer(exchange, object.statusCode(), object.body());
        };
        try (TestPod pod = new TestPod(reading)) {
            c.set(pod);
            AtomicReference<TestPod> b = new AtomicReference<>();
            HttpHandler passing = exchange -> {
                HttpResponse<byte[]> answer = Http.send(Http.request(b.get().api("/v1/invoke"))
                        .header("Baton-Target", pod.url("/c"))
                        .POST(BodyPublishers.ofByteArray(
                                exchange.getRequestBody().readAllBytes())));
                Functions.answer(exchange, answer.statusCode(), answer.body());
            };
            try (TestPod middle = new TestPod(passing, "BATON_OFFER_HOSTS", pod.host());
                    TestPod a = new TestPod(null, "BATON_OFFER_HOSTS", middle.host())) {
                b.set(middle);
                byte[] object = Http.pattern(1, 3_000_000);
                String reference = Http.put(a, object, 1);
                HttpResponse<byte[]> answer = Http.send(Http.request(a.api("/v1/invoke"))
                        .header("Baton-Target", middle.url("/b"))
                        .POST(BodyPublishers.ofString(reference)));
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo(object);
                a.hasPulledOut(object.length);
                a.empty();
                middle.empty();
                pod.empty();
            }
        }
    }

    /** Every function passes its whole body on, so that A to B and B to C run at once; many of them share few windows. */
    @Test
    void chainsOfLargeBodiesDoNotBlockEachOther() throws Exception {
        Functions.Echo last = new Functions.Echo();
        try (TestPod c = new TestPod(last)) {
            AtomicReference<TestPod> b = new AtomicReference<>();
            HttpHandler passing = exchange -> {
                byte[] body = exchange.getRequestBody().readAllBytes();
                HttpResponse<byte[]> answer = Http.send(Http.request(b.get().api("/v1/invoke"))
                        .header("Baton-Target", c.url("/c"))
                        .POST(BodyPublishers.ofByteArray(body)));
                Functions.answer(exchange, answer.statusCode(), answer.body());
            };
            try (TestPod middle = new TestPod(passing, "BATON_OFFER_HOSTS", c.host(), "BATON_WINDOWS", "4");
                    TestPod a = new TestPod(null, "BATON_OFFER_HOSTS", middle.host(), "BATON_WINDOWS", "4")) {
                b.set(middle);
                CompletableFuture<?>[] calls = new CompletableFuture<?>[12];
                for (int i = 0; i < calls.length; i++) {
                    byte[] body = Http.pattern(i, 1_500_000 + i);
                    calls[i] = Http.sendAsync(Http.request(a.api("/v1/invoke"))
                                    .header("Baton-Target", middle.url("/b"))
                                    .POST(BodyPublishers.ofByteArray(body)))
                            .thenAccept(answer -> {
                                assertThat(answer.statusCode()).isEqualTo(200);
                                assertThat(answer.body()).isEqualTo(body);
                            });
                }
                CompletableFuture.allOf(calls).get(200, TimeUnit.SECONDS);
                a.empty();
                middle.empty();
                c.empty();
            }
        }
    }

    @Test
    void aFunctionMayCallItself() {
        Functions.Echo echo = new Functions.Echo();
        try (TestPod self = TestPod.knowingItself(echo)) {
            byte[] body = Http.pattern(1, 1_000_000);
            HttpResponse<byte[]> answer = Http.send(Http.request(self.api("/v1/invoke"))
                    .header("Baton-Target", self.url("/fn"))
                    .POST(BodyPublishers.ofByteArray(body)));
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(body);
            assertThat(self.transfer.stats().pullBytesOut()).isZero();
            self.empty();
        }
    }

    @Test
    void aCallerMayAskForAReferenceInsteadOfALargeResponse() {
        try (TestPod c = new TestPod(null)) {
            for (boolean chunked : new boolean[] {false, true}) {
                for (int size : new int[] {1000, 2_000_000}) {
                    try (TestPod b = new TestPod(Functions.giving(size, chunked));
                            TestPod a = new TestPod(null, "BATON_OFFER_HOSTS", b.host())) {
                        HttpResponse<byte[]> answer = Http.send(Http.request(a.api("/v1/invoke"))
                                .header("Baton-Target", b.url("/fn"))
                                .header("Baton-Response", "reference")
                                .POST(BodyPublishers.ofString("x")));
                        assertThat(answer.statusCode()).isEqualTo(200);
                        assertThat(answer.headers().firstValue("X-Function")).contains("giving");
                        if (size == 1000) {
                            assertThat(answer.body()).isEqualTo(Http.pattern(9, size));
                            assertThat(answer.headers().firstValue("Baton-Reference"))
                                    .isEmpty();
                        } else {
                            String reference = new String(answer.body(), UTF_8);
                            assertThat(answer.headers().firstValue("Baton-Reference"))
                                    .contains(reference);
                            assertThat(answer.headers().firstValue("Baton-Size"))
                                    .contains(Integer.toString(size));
                            assertThat(Http.send(Http.get(c, reference)).body()).isEqualTo(Http.pattern(9, size));
                        }
                        a.empty();
                        b.empty();
                    }
                }
            }
        }
    }

    @Test
    void trailersOfTheFunctionArriveWithEitherWayOfResponse() throws IOException {
        for (int size : new int[] {1000, 1_000_000}) {
            byte[] body = Http.pattern(1, size);
            try (TestPod b = new TestPod(null);
                    TestPod a = new TestPod(null, "BATON_OFFER_HOSTS", b.host());
                    RawServer function = new RawServer(b.address, 8080, connection -> {
                        connection.message();
                        connection.send("HTTP/1.1 207 Mine\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                                + Integer.toHexString(size) + "\r\n");
                        connection.send(body);
                        connection.send("\r\n0\r\nX-Sum: 42\r\n\r\n");
                        connection.ended();
                    });
                    RawClient client = RawClient.api(a)) {
                client.send("POST /v1/invoke HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nBaton-Target: " + b.url("/fn")
                        + "\r\n\r\n");
                RawClient.Message answer = client.message();
                assertThat(answer.status()).isEqualTo(207);
                assertThat(answer.whole()).isTrue();
                assertThat(answer.body()).isEqualTo(body);
                assertThat(answer.trailers()).containsEntry("x-sum", "42");
                // Inline as well if it does not show its size within 10 ms, and this machine may be busy.
                assertThat(b.transfer.stats().pullBytesOut()).isIn(0L, size > 16_384 ? (long) size : 0L);
                assertThat(function.connections).hasValue(1);
                a.empty();
                b.empty();
            }
        }
    }

    @Test
    void interimResponsesOfTheFunctionDoNotStandForItsAnswer() throws IOException {
        try (TestPod b = new TestPod(null);
                TestPod a = new TestPod(null);
                RawServer function = new RawServer(b.address, 8080, connection -> {
                    connection.message();
                    connection.send("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
                            + "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone");
                    connection.ended();
                })) {
            HttpResponse<byte[]> answer = Http.send(Http.request(a.api("/v1/invoke"))
                    .header("Baton-Target", b.url("/fn"))
                    .POST(BodyPublishers.ofString("x")));
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body()).asString().isEqualTo("none");
            assertThat(function.connections).hasValue(1);
        }
    }

    /** Test 45: neither the function that calls nor the one that is called is shown where the other pod lives. */
    @Test
    void nothingThatAFunctionSeesNamesAnAddress() throws IOException {
        Functions.Echo echo = new Functions.Echo();
        try (TestPod b = new TestPod(echo);
                TestPod gone = new TestPod(null);
                TestPod a = new TestPod(null, "BATON_OFFER_HOSTS", b.host())) {
            HttpResponse<byte[]> created = Http.send(
                    Http.request(gone.api("/v1/objects")).POST(BodyPublishers.ofByteArray(Http.pattern(1, 100_000))));
            String reference = new String(created.body(), UTF_8);
            assertHidden(gone, created);
            assertHidden(gone, Http.send(Http.get(a, reference)));
            assertHidden(gone, Http.send(Http.get(a, reference)));
            assertHidden(gone, Http.send(Http.get(a, "xdt1.x.y")));
            assertHidden(
                    gone,
                    Http.send(Http.request(a.api("/v1/invoke"))
                            .header("Baton-Target", "http://nowhere.invalid/")
                            .POST(BodyPublishers.ofString("x"))));
            HttpResponse<byte[]> answer = Http.send(Http.request(a.api("/v1/invoke"))
                    .header("Baton-Target", b.url("/fn"))
                    .POST(BodyPublishers.ofByteArray(Http.pattern(1, 100_000))));
            assertHidden(b, answer);
            for (Map.Entry<String, List<String>> field :
                    echo.seen.get(0).fields().entrySet()) {
                if (!field.getKey().equalsIgnoreCase("X-Forwarded-For")) {
                    assertThat(field.getValue().toString()).doesNotContain(a.host());
                }
            }
            a.empty();
            b.empty();
        }
    }

    private static void assertHidden(TestPod pod, HttpResponse<byte[]> response) {
        String all = (response.headers().map() + new String(response.body(), UTF_8)).toLowerCase(Locale.ROOT);
        byte[] address = pod.address.getAddress();
        assertThat(all).doesNotContain(pod.host());
        assertThat(all)
                .doesNotContain(String.format("%02x%02x%02x%02x", address[0], address[1], address[2], address[3]));
        assertThat(all).doesNotContain("8013");
    }
}
