package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.LoopbackAddress;
import dev.baton.transfer.TransferStats.Fallback;
import java.io.IOException;
import java.net.InetAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumers behind something other than a Baton sidecar that can pull: the body arrives once, whole, or the caller is told. */
class FallbackTest {
    private static final byte[] BODY = Http.pattern(1, 500_000);
    private static final String STOCK_REFUSAL = String.join(
            "\r\n",
            "HTTP/1.1 400 Bad Request",
            "Content-Type: text/plain; charset=utf-8",
            "X-Content-Type-Options: nosniff",
            "Content-Length: 32",
            "",
            "unexpected probe header value: \n");
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String YES = "HTTP/1.1 204 No Content\r\nBaton-Accept: reference/1\r\n\r\n";

    /** What the queue-proxy does: requests that look like the activator's probe do not reach its function. */
    private static String stock(RawClient.Message request) {
        return request.fields().getOrDefault("user-agent", "").startsWith("Knative-Activator-Probe")
                ? STOCK_REFUSAL
                : OK;
    }

    private static HttpRequest.Builder invoke(TestPod from, InetAddress host) {
        return Http.request(from.api("/v1/invoke"))
                .header("Baton-Target", "http://" + host.getHostAddress() + ":8012/fn")
                .POST(BodyPublishers.ofByteArray(BODY));
    }

    private static List<String> starts(RawServer server) {
        return server.requests.stream().map(request -> request.method()).toList();
    }

    @Test
    void aStockConsumerIsAskedOnceAndThenSentBodiesInline() throws IOException {
        InetAddress host = LoopbackAddress.any();
        try (TestPod a = new TestPod(null, "BATON_OFFER_HOSTS", host.getHostAddress());
                RawServer consumer = RawServer.answering(host, 8012, FallbackTest::stock)) {
            for (int i = 0; i < 3; i++) {
                HttpResponse<byte[]> response = Http.send(invoke(a, host));
                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(response.body()).asString().isEqualTo("ok");
            }
            assertThat(starts(consumer)).containsExactly("OPTIONS", "POST", "POST", "POST");
            assertThat(consumer.requests.stream().skip(1))
                    .allSatisfy(request -> assertThat(request.body()).isEqualTo(BODY));
            a.empty();
        }
    }

    /** Some pods behind the host run Baton: the offer met one, the control message another. */
    @ParameterizedTest
    @ValueSource(strings = {"cut-through", "store-and-forward"})
    void aControlMessageThatMeetsAStockSidecarIsFollowedByTheBodyOnce(String streaming) throws IOException {
        InetAddress host = LoopbackAddress.any();
        AtomicInteger offers = new AtomicInteger();
        try (TestPod a = new TestPod(null, "BATON_OFFER_HOSTS", host.getHostAddress(), "BATON_STREAMING", streaming);
                RawServer consumer = RawServer.answering(host, 8012, request -> {
                    if (request.start().startsWith("OPTIONS")) {
                        offers.incrementAndGet();
                        return YES;
                    }
                    return stock(request);
                })) {
            assertThat(Http.send(invoke(a, host)).body()).asString().isEqualTo("ok");
            assertThat(starts(consumer)).containsExactly("OPTIONS", "POST", "POST");
            RawClient.Message control = consumer.requests.get(1);
            assertThat(control.body()).isEmpty();
            assertThat(control.fields()).containsKey("baton-reference").doesNotContainKey("k-network-probe");
            assertThat(consumer.requests.get(2).body()).isEqualTo(BODY);
            assertThat(a.transfer.stats().fallbacks(Fallback.STOCK)).isOne();
            // For a while nothing is offered to this host.
            assertThat(Http.send(invoke(a, host)).statusCode()).isEqualTo(200);
            assertThat(starts(consumer)).containsExactly("OPTIONS", "POST", "POST", "POST");
            a.empty();
        }
    }

    @Test
    void aBadRequestOfTheFunctionIsTheFunctionsAnswer() throws IOException {
        InetAddress host = LoopbackAddress.any();
        try (TestPod a = new TestPod(null, "BATON_OFFER_HOSTS", host.getHostAddress());
                RawServer consumer = RawServer.answering(
                        host,
                        8012,
                        request -> request.start().startsWith("OPTIONS")
                                ? YES
                                : "HTTP/1.1 400 Bad Request\r\nX-Mine: 1\r\nContent-Length: 9\r\n\r\nmalformed")) {
            HttpResponse<byte[]> response = Http.send(invoke(a, host));
            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(response.body()).asString().isEqualTo("malformed");
            assertThat(response.headers().firstValue("X-Mine")).contains("1");
            assertThat(starts(consumer)).containsExactly("OPTIONS", "POST");
            a.empty();
        }
    }

    @Test
    void anAnswerWithoutAPullIsNoSuccess() throws IOException {
        InetAddress host = LoopbackAddress.any();
        try (TestPod a = new TestPod(null, "BATON_OFFER_HOSTS", host.getHostAddress());
                RawServer consumer = RawServer.answering(
                        host, 8012, request -> request.start().startsWith("OPTIONS") ? YES : OK)) {
            HttpResponse<byte[]> response = Http.send(invoke(a, host));
            assertThat(response.statusCode()).isEqualTo(502);
            assertThat(Http.code(response)).isEqualTo("not-delivered; reached=maybe");
            assertThat(starts(consumer)).containsExactly("OPTIONS", "POST");
            a.empty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
                ""
            })
    void whateverElseAnswersAnOfferMeansNo(String answer) throws IOException {
        InetAddress host = LoopbackAddress.any();
        try (TestPod a = new TestPod(null, "BATON_OFFER_HOSTS", host.getHostAddress());
                RawServer consumer = RawServer.answering(
                        host, 8012, request -> request.start().startsWith("OPTIONS") ? answer : OK)) {
            HttpResponse<byte[]> response = Http.send(invoke(a, host));
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(starts(consumer)).containsExactly("OPTIONS", "POST");
            assertThat(consumer.requests.get(1).body()).isEqualTo(BODY);
            a.empty();
        }
    }

    /** Policy or a mesh keeps the consumer's sidecar from pulling: it says so before its function has seen anything. */
    @Test
    void aConsumerThatCannotPullIsSentTheBodyInlineOnce() {
        Functions.Echo echo = new Functions.Echo();
        try (TestPod b = new TestPod(echo, "BATON_POD_CIDRS", "127.254.0.0/16");
                TestPod a = new TestPod(null, "BATON_OFFER_HOSTS", b.host())) {
            for (int i = 0; i < 2; i++) {
                HttpResponse<byte[]> response = Http.send(invoke(a, b.address));
                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(response.body()).isEqualTo(BODY);
            }
            assertThat(echo.seen).hasSize(2).allSatisfy(seen -> assertThat(seen.body())
                    .isEqualTo(BODY));
            assertThat(a.transfer.stats().fallbacks(Fallback.PULL_FAILED)).isOne();
            assertThat(a.transfer.stats().pullBytesOut()).isZero();
            a.empty();
            b.empty();
        }
    }

    /** The response is on offer at an address that the caller's sidecar does not go to. */
    @Test
    void aCallerThatCannotPullTheResponseIsToldAndGetsTheNextOneInline() {
        try (TestPod b = new TestPod(Functions.giving(500_000, false));
                TestPod a = new TestPod(null, "BATON_OFFER_HOSTS", b.host(), "BATON_POD_CIDRS", "127.254.0.0/16")) {
            HttpRequest.Builder call = Http.request(a.api("/v1/invoke"))
                    .header("Baton-Target", b.url("/fn"))
                    .POST(BodyPublishers.ofString("small"));
            HttpResponse<byte[]> first = Http.send(call);
            assertThat(first.statusCode()).isEqualTo(502);
            assertThat(Http.code(first)).isEqualTo("producer-unreachable; reached=maybe");
            HttpResponse<byte[]> second = Http.send(call);
            assertThat(second.statusCode()).isEqualTo(200);
            assertThat(second.body()).isEqualTo(Http.pattern(9, 500_000));
            a.empty();
            b.empty();
        }
    }

    @Test
    void aHostThatIsNotListedIsNeverOfferedAnything() throws IOException {
        InetAddress host = LoopbackAddress.any();
        try (TestPod a = new TestPod(null);
                RawServer consumer = RawServer.answering(host, 8012, request -> OK)) {
            assertThat(Http.send(invoke(a, host)).statusCode()).isEqualTo(200);
            assertThat(starts(consumer)).containsExactly("POST");
            assertThat(consumer.requests.get(0).fields().keySet()).noneMatch(name -> name.startsWith("baton-"));
            assertThat(consumer.requests.get(0).body()).isEqualTo(BODY);
            a.empty();
        }
    }
}
