package dev.baton.transfer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpHandler;
import dev.baton.Await;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that break off somewhere on their way: nobody takes a part for the whole, and nothing is left behind. */
class BrokenCallsTest {
    private static final int SIZE = 8_000_000;

    private static String invoke(TestPod b, String framing) {
        return "POST /v1/invoke HTTP/1.1\r\nHost: x\r\nBaton-Target: " + b.url("/fn") + "\r\n" + framing + "\r\n\r\n";
    }

    private static TestPod callerOf(TestPod callee, String... more) {
        String[] settings = new String[more.length + 2];
        settings[0] = "BATON_OFFER_HOSTS";
        settings[1] = callee.host();
        System.arraycopy(more, 0, settings, 2, more.length);
        return new TestPod(null, settings);
    }

    /** Test 25, for calls. */
    @ParameterizedTest
    @CsvSource({"known,close", "known,reset", "chunked,close", "chunked,reset", "chunked,corrupt", "inline,close"})
    void aFunctionNeverTakesATruncatedBodyForTheWhole(String framing, String end) throws IOException {
        Functions.Echo echo = new Functions.Echo();
        try (TestPod b = new TestPod(echo);
                TestPod a = "inline".equals(framing) ? new TestPod(null) : callerOf(b)) {
            try (RawClient client = RawClient.api(a)) {
                client.send(invoke(
                        b, framing.equals("chunked") ? "Transfer-Encoding: chunked" : "Content-Length: " + SIZE));
                if (framing.equals("chunked")) {
                    client.send(Integer.toHexString(SIZE / 2) + "\r\n");
                }
                client.send(Http.pattern(1, SIZE / 2));
                // A good part of it has reached the function's pod by then.
                Await.until("the body flows", () -> b.arrived.get() > 0 && b.pipeline.upstreamConnections() > 0);
                switch (end) {
                    case "reset" -> client.reset();
                    case "corrupt" -> {
                        client.send("\r\nxyz\r\n");
                        assertThat(client.ended()).isTrue();
                    }
                    default -> client.socket.shutdownOutput();
                }
            }
            Await.until("the function has seen the end", () -> !echo.seen.isEmpty());
            assertThat(echo.seen).noneMatch(Functions.Seen::whole);
            a.empty();
            b.empty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut-through", "store-and-forward"})
    void aCallerThatLeavesWhileTheFunctionWorksLeavesNothing(String streaming) throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        HttpHandler slow = exchange -> {
            Functions.drain(exchange);
            working.countDown();
            try {
                leave.await(120, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Functions.answer(exchange, 200, Http.pattern(1, 100_000));
        };
        try (TestPod b = new TestPod(slow);
                TestPod a = callerOf(b, "BATON_STREAMING", streaming)) {
            try (RawClient client = RawClient.api(a)) {
                client.send(invoke(b, "Content-Length: 100000")).send(Http.pattern(1, 100_000));
                assertThat(working.await(120, TimeUnit.SECONDS)).isTrue();
            }
            a.settled();
            Await.until("the other side sees that nobody waits", () -> b.finished.get() == b.arrived.get());
            leave.countDown();
            a.empty();
            b.empty();
        }
    }

    @Test
    void aFunctionMayAnswerBeforeItHasReadTheBody() {
        AtomicBoolean called = new AtomicBoolean();
        HttpHandler impatient = exchange -> {
            called.set(true);
            byte[] start = exchange.getRequestBody().readNBytes(10);
            exchange.sendResponseHeaders(418, start.length);
            exchange.getResponseBody().write(start);
            exchange.getResponseBody().flush();
            exchange.close();
        };
        try (TestPod b = new TestPod(impatient);
                TestPod a = callerOf(b)) {
            byte[] body = Http.pattern(1, 30_000_000);
            try {
                HttpResponse<byte[]> response = Http.send(Http.request(a.api("/v1/invoke"))
                        .header("Baton-Target", b.url("/fn"))
                        .POST(BodyPublishers.ofByteArray(body)));
                assertThat(response.statusCode()).isIn(418, 502);
            } catch (UncheckedIOException stillSending) {
                // The JDK's client gives up when the connection ends under its hands.
                assertThat(called).isTrue();
            }
            a.settled();
            b.settled();
        }
    }

    @Test
    void aFunctionThatDiesInTheMiddleOfTheBodyIsTold() throws IOException {
        try (TestPod b = new TestPod(null);
                TestPod a = callerOf(b);
                RawServer function = new RawServer(b.address, 8080, connection -> {
                    connection.head();
                    connection.read(1000);
                    connection.reset();
                })) {
            HttpResponse<byte[]> response = Http.send(Http.request(a.api("/v1/invoke"))
                    .header("Baton-Target", b.url("/fn"))
                    .POST(BodyPublishers.ofByteArray(Http.pattern(1, SIZE))));
            assertThat(response.statusCode()).isEqualTo(502);
            assertThat(Http.code(response)).isEqualTo("bad-gateway; reached=maybe");
            assertThat(function.connections).hasValue(1);
            a.empty();
            b.empty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aResponseThatBreaksOffIsNotWhole(boolean knownLength) throws IOException {
        try (TestPod b = new TestPod(null);
                TestPod a = callerOf(b);
                RawServer function = new RawServer(b.address, 8080, connection -> {
                    connection.message();
                    connection.send(
                            knownLength
                                    ? "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
                                    : "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nF4240\r\n");
                    connection.send(Http.pattern(1, 500_000));
                })) {
            assertThatThrownBy(() -> {
                        HttpResponse<byte[]> response = Http.send(Http.request(a.api("/v1/invoke"))
                                .header("Baton-Target", b.url("/fn"))
                                .POST(BodyPublishers.ofString("x")));
                        if (response.statusCode() >= 500) {
                            throw new UncheckedIOException(new IOException("told"));
                        }
                    })
                    .isInstanceOf(UncheckedIOException.class);
            assertThat(function.connections).hasValue(1);
            a.empty();
            b.empty();
        }
    }

    /** Somebody who says that it takes references, and then does not come for the one it is given. */
    @Test
    void aCallerThatNeverPullsTheResponseLosesIt() throws IOException {
        try (TestPod b = new TestPod(
                        Functions.giving(3_000_000, false), "BATON_PULL_IDLE", "5s", "CONTAINER_CONCURRENCY", "1");
                RawClient client = RawClient.main(b)) {
            client.send("GET /fn HTTP/1.1\r\nHost: x\r\nBaton-Accept: reference/1\r\n\r\n");
            RawClient.Message head = client.head();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.fields())
                    .containsKey("baton-reference")
                    .containsEntry("baton-length", "3000000")
                    .containsEntry("transfer-encoding", "chunked")
                    .doesNotContainKey("content-length");
            assertThat(b.pipeline.breaker().running()).isOne();
            assertThat(b.transfer.figures().windows()).isOne();
            assertThat(client.ended()).isTrue();
            b.empty();
        }
    }

    @Test
    void theFunctionsPermitIsHeldUntilTheResponseHasBeenPulled() throws IOException {
        try (TestPod b = new TestPod(Functions.giving(3_000_000, false), "CONTAINER_CONCURRENCY", "1");
                TestPod a = callerOf(b);
                RawClient client = RawClient.main(b)) {
            client.send("GET /fn HTTP/1.1\r\nHost: x\r\nBaton-Accept: reference/1\r\n\r\n");
            String reference = client.head().fields().get("baton-reference");
            assertThat(b.arrived.get() - b.finished.get()).isOne();
            HttpResponse<byte[]> pulled = Http.send(Http.get(a, reference));
            assertThat(pulled.body()).isEqualTo(Http.pattern(9, 3_000_000));
            // The chunked message ends, empty, when the pull has been acknowledged.
            assertThat(client.read(5)).asString().isEqualTo("0\r\n\r\n");
            b.empty();
        }
    }

    @Test
    void aCallerThatIsCutOffCutsOffTheFunctionsResponse() throws IOException {
        try (TestPod b = new TestPod(Functions.giving(30_000_000, false));
                RawClient client = RawClient.main(b)) {
            client.send("GET /fn HTTP/1.1\r\nHost: x\r\nBaton-Accept: reference/1\r\n\r\n");
            assertThat(client.head().fields()).containsKey("baton-reference");
            client.close();
            b.empty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Baton-Reference: xdt1.x.y\r\nContent-Length: 0",
                "Baton-Reference: \r\nContent-Length: 0",
                "Baton-Reference: a\r\nBaton-Reference: b\r\nContent-Length: 0",
                "Baton-Reference: xdt1.x.y\r\nContent-Length: 5"
            })
    void aForgedControlMessageNeverReachesTheFunction(String fields) throws IOException {
        Functions.Echo echo = new Functions.Echo();
        try (TestPod b = new TestPod(echo, "CONTAINER_CONCURRENCY", "1");
                RawClient client = RawClient.main(b)) {
            client.send(
                    "POST /fn HTTP/1.1\r\nHost: x\r\nUser-Agent: Knative-Activator-Probe/baton\r\nBaton-Accept: reference/1\r\n"
                            + fields + "\r\n\r\n" + (fields.endsWith("5") ? "hello" : ""));
            RawClient.Message answer = client.message();
            assertThat(answer.status()).isIn(400, 404);
            assertThat(answer.fields().get("baton-error")).endsWith("; reached=no");
            // The connection goes on.
            client.send("POST /fn HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
            assertThat(client.message().text()).isEqualTo("hi");
            assertThat(echo.seen).hasSize(1);
            b.empty();
        }
    }

    @Test
    void whileAllWindowsAreInUseOthersWait() throws Exception {
        CountDownLatch leave = new CountDownLatch(1);
        HttpHandler slow = exchange -> {
            try {
                leave.await(120, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            byte[] body = exchange.getRequestBody().readAllBytes();
            Functions.answer(exchange, 200, Integer.toString(body.length).getBytes(US_ASCII));
        };
        try (TestPod b = new TestPod(slow);
                TestPod a = callerOf(b, "BATON_WINDOWS", "2")) {
            CompletableFuture<?>[] calls = new CompletableFuture<?>[10];
            for (int i = 0; i < calls.length; i++) {
                int size = 9_000_000 + i;
                calls[i] = Http.sendAsync(Http.request(a.api("/v1/invoke"))
                                .header("Baton-Target", b.url("/fn"))
                                .POST(BodyPublishers.ofByteArray(Http.pattern(i, size))))
                        .thenAccept(response ->
                                assertThat(response.body()).asString().isEqualTo(Integer.toString(size)));
            }
            Await.until(
                    "two run and the others wait",
                    () -> a.transfer.figures().windows() == 2
                            && a.transfer.figures().waiting() == 8);
            leave.countDown();
            CompletableFuture.allOf(calls).get(200, TimeUnit.SECONDS);
            a.empty();
            b.empty();
        }
    }

    @Test
    void anInvocationThatWaitsTooLongForItsWindowIsToldThatNothingHappened() throws Exception {
        CountDownLatch leave = new CountDownLatch(1);
        HttpHandler slow = exchange -> {
            try {
                leave.await(120, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Functions.drain(exchange);
            Functions.answer(exchange, 200, new byte[] {1});
        };
        try (TestPod b = new TestPod(slow);
                TestPod a = callerOf(b, "BATON_WINDOWS", "1", "BATON_PUT_WAIT", "300ms")) {
            CompletableFuture<HttpResponse<byte[]>> first = Http.sendAsync(Http.request(a.api("/v1/invoke"))
                    .header("Baton-Target", b.url("/fn"))
                    .POST(BodyPublishers.ofByteArray(Http.pattern(1, 30_000_000))));
            Await.until("the first runs", () -> a.transfer.figures().windows() == 1);
            HttpResponse<byte[]> second = Http.send(Http.request(a.api("/v1/invoke"))
                    .header("Baton-Target", b.url("/fn"))
                    .POST(BodyPublishers.ofByteArray(Http.pattern(1, 100_000))));
            assertThat(second.statusCode()).isEqualTo(503);
            assertThat(Http.code(second)).isEqualTo("busy; reached=no");
            leave.countDown();
            assertThat(first.get(120, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            a.empty();
            b.empty();
        }
    }

    @Test
    void aTargetThatRefusesConnectionsIsTold() {
        try (TestPod a = new TestPod(null)) {
            HttpResponse<byte[]> response = Http.send(Http.request(a.api("/v1/invoke"))
                    .header("Baton-Target", "http://" + a.host() + ":9/x")
                    .POST(BodyPublishers.ofString("x")));
            assertThat(response.statusCode()).isEqualTo(502);
            assertThat(Http.code(response)).isEqualTo("target-unreachable; reached=no");
            assertThat(new InetSocketAddress(a.address, 9).isUnresolved()).isFalse();
        }
    }

    /** The caller reads a little and stops: the function is held back, in both directions of the call. */
    @Test
    void aCallerThatStopsReadingHoldsTheFunctionBack() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        byte[] chunk = new byte[1 << 20];
        int chunks = 256;
        HttpHandler endless = exchange -> {
            Functions.drain(exchange);
            exchange.sendResponseHeaders(200, (long) chunks * chunk.length);
            for (int i = 0; i < chunks; i++) {
                exchange.getResponseBody().write(chunk);
            }
            done.set(true);
            exchange.close();
        };
        try (TestPod b = new TestPod(endless);
                TestPod a = callerOf(b);
                RawClient client = RawClient.api(a)) {
            client.send(invoke(b, "Content-Length: 1\r\nX: y")).send("x");
            client.head();
            client.read(1000);
            Await.pause(1_000);
            assertThat(done).isFalse();
            long read = 1000;
            InputStream in = client.socket.getInputStream();
            byte[] buffer = new byte[1 << 16];
            for (int n; read < (long) chunks * chunk.length && (n = in.read(buffer)) > 0; ) {
                read += n;
            }
            assertThat(read).isEqualTo((long) chunks * chunk.length);
            a.empty();
            b.empty();
        }
    }
}
