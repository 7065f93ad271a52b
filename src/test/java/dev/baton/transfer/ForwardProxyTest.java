package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.LoopbackAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Port 8022 as HTTP proxy of the pod's plain clients. */
class ForwardProxyTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 100, 2_000_000})
    void aClientThatUsesTheSidecarAsItsProxyPassesLargeBodiesByReference(int size) throws Exception {
        Functions.Echo echo = new Functions.Echo();
        try (TestPod b = new TestPod(echo);
                TestPod a = new TestPod(null, "BATON_OFFER_HOSTS", b.host());
                HttpClient client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .proxy(ProxySelector.of(new InetSocketAddress(a.address, 8022)))
                        .build()) {
            byte[] body = Http.pattern(1, size);
            HttpResponse<byte[]> response = client.send(
                    HttpRequest.newBuilder(URI.create(b.url("/fn?q=1")))
                            .POST(BodyPublishers.ofByteArray(body))
                            .build(),
                    BodyHandlers.ofByteArray());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo(body);
            assertThat(echo.seen).hasSize(1);
            assertThat(echo.seen.get(0).target()).isEqualTo("/fn?q=1");
            a.hasPulledOut(size > 16_384 ? size : 0);
            a.empty();
            b.empty();
        }
    }

    @Test
    void aHeadRequestGetsTheFieldsAndNoBody() throws IOException {
        try (TestPod a = new TestPod(null);
                RawServer target = RawServer.answering(
                        LoopbackAddress.any(),
                        0,
                        request -> "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\nX-Head: " + request.method()
                                + "\r\n\r\n");
                RawClient client = RawClient.api(a)) {
            String url = "http://" + target.address().getHostAddress() + ":" + target.port() + "/x";
            client.send("HEAD " + url + " HTTP/1.1\r\nHost: ignored\r\n\r\n");
            RawClient.Message head = client.head();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.fields()).containsEntry("content-length", "12345").containsEntry("x-head", "HEAD");
            // Nothing follows: the next response begins at once.
            client.send("POST /v1/invoke HTTP/1.1\r\nHost: x\r\nBaton-Method: HEAD\r\nBaton-Target: " + url
                    + "\r\nContent-Length: 0\r\n\r\n");
            RawClient.Message invoked = client.message();
            assertThat(invoked.status()).isEqualTo(200);
            assertThat(invoked.body()).isEmpty();
            assertThat(target.requests.get(0).fields())
                    .containsEntry("host", target.address().getHostAddress() + ":" + target.port())
                    .doesNotContainKey("user-agent");
        }
    }

    /** Test 47. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1/",
                "http://127.0.0.1:8080/x",
                "http://127.1/",
                "http://localhost:8080/",
                "http://[::1]:8080/",
                "http://[::ffff:127.0.0.1]/",
                "http://[64:ff9b::7f00:1]/",
                "http://0.0.0.0/",
                "http://[::]/",
                "http://169.254.169.254/latest/meta-data/",
                "http://[fe80::1]/",
                "http://[fd00:ec2::254]/",
                "http://100.100.100.200/",
                "http://224.0.0.1/"
            })
    void whatTrustsItsNeighboursIsOutOfReach(String url) throws IOException {
        try (TestPod a = new TestPod(null, "BATON_POD_CIDRS", "127.254.0.0/16");
                RawClient client = RawClient.api(a)) {
            client.send("GET " + url + " HTTP/1.1\r\nHost: x\r\n\r\n");
            RawClient.Message refused = client.message();
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.fields()).containsEntry("baton-error", "forbidden-target; reached=no");
            client.send(
                    "POST /v1/invoke HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nBaton-Target: " + url + "\r\n\r\n");
            assertThat(client.message().status()).isEqualTo(403);
        }
    }

    @Test
    void tunnelsAreNotMade() throws IOException {
        try (TestPod a = new TestPod(null);
                RawClient client = RawClient.api(a)) {
            client.send("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n");
            RawClient.Message refused = client.message();
            assertThat(refused.status()).isEqualTo(501);
            assertThat(refused.fields()).containsEntry("baton-error", "not-implemented; reached=no");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/relative",
                "https://example.com/",
                "ftp://example.com/",
                "http://",
                "http:///x",
                "http://user@example.com/",
                "http://example.com:99999/",
                "http://example.com:x/",
                "http://example.com/#fragment",
                "http://[::1/",
                "http://a b/",
                "http://::1/"
            })
    void aTargetThatIsNoUrlIsRefused(String target) throws IOException {
        try (TestPod a = new TestPod(null);
                RawClient client = RawClient.api(a)) {
            client.send(
                    "POST /v1/invoke HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nBaton-Target: " + target + "\r\n\r\n");
            RawClient.Message refused = client.message();
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.fields()).containsEntry("baton-error", "bad-request; reached=no");
        }
    }
}
