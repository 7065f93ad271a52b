package dev.baton.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.Await;
import dev.baton.tls.ReloadedTls;
import dev.baton.tls.ServerTls;
import dev.baton.tls.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The main port under TLS: real handshakes, the same exchanges as without, and clients that do not do their part. */
final class TlsTest {
    private static final Duration PATIENT = Duration.ofSeconds(30);
    private static final List<String> BOTH = List.of("h2", "http/1.1");
    private static final ServerTls.Accepted DEFAULT =
            new ServerTls.Accepted(List.of("TLSv1.3"), List.of(), List.of(), BOTH);

    private static ReloadedTls certificate() throws Exception {
        return new ReloadedTls(
                TestAuthority.FILES.resolve("ec.pem"), TestAuthority.FILES.resolve("ec-sec1.key"), DEFAULT);
    }

    private static SSLSocket socket(int port, String... protocols) throws Exception {
        SSLSocket socket = (SSLSocket)
                TestAuthority.trusted().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        return socket;
    }

    @Test
    void http1PassesAsWithoutTls() throws Exception {
        byte[] body = "0123456789".repeat(200_000).getBytes(ISO_8859_1);
        try (ProxyFixture proxy = new ProxyFixture(Program.echo(), "CONTAINER_CONCURRENCY", "1");
                Wire client = new Wire(socket(proxy.listenForTls(certificate(), PATIENT), "http/1.1"))) {
            for (int i = 0; i < 3; i++) {
                client.request("POST", "/a%2Fb", "Content-Length: " + body.length);
                client.send(body);
                Wire.Message response = client.response();
                assertThat(response.status()).isEqualTo(200);
                assertThat(response.text()).startsWith("POST /a%2Fb HTTP/1.1").endsWith(new String(body, ISO_8859_1));
            }
            assertThat(((SSLSocket) client.socket).getApplicationProtocol()).isEqualTo("http/1.1");
            assertThat(((SSLSocket) client.socket).getSession().getProtocol()).isEqualTo("TLSv1.3");
            assertThat(proxy.arrived).hasValue(3);
        }
    }

    @Test
    void http2IsAgreedByAlpn() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> wire.rest()));
                HttpClient client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_2)
                        .sslContext(TestAuthority.trusted())
                        .build()) {
            int port = proxy.listenForTls(certificate(), PATIENT);
            try (SSLSocket both = socket(port, "http/1.1", "h2")) {
                both.startHandshake();
                assertThat(both.getApplicationProtocol()).isEqualTo("h2");
            }
            HttpRequest probe = HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + "/healthz"))
                    .header("User-Agent", "Knative-Activator-Probe")
                    .header("K-Network-Probe", "queue")
                    .POST(BodyPublishers.ofString("x"))
                    .timeout(Await.LIMIT)
                    .build();
            for (int i = 0; i < 2; i++) {
                HttpResponse<String> answer = client.send(probe, BodyHandlers.ofString());
                assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo("queue");
            }
            Await.until(
                    "only the client's connection is left",
                    () -> proxy.pipeline.connections().count() == 1);
        }
    }

    @Test
    void aClientWithoutAlpnSpeaksHttp1() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = new Wire(socket(proxy.listenForTls(certificate(), PATIENT)))) {
            assertThat(client.request("GET", "/").response().status()).isEqualTo(200);
        }
    }

    @Test
    void tls12IsRefusedWithAlert70() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                SSLSocket client = socket(proxy.listenForTls(certificate(), PATIENT))) {
            client.setEnabledProtocols(new String[] {"TLSv1.2"});
            assertThatThrownBy(client::startHandshake)
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining("protocol_version");
            Await.until("the failure is told", () -> !proxy.handshakeFailures.isEmpty());
            assertThat(proxy.handshakeFailures)
                    .singleElement()
                    .asString()
                    .startsWith("http: TLS handshake error from 127.0.0.1:" + client.getLocalPort() + ": ");
            assertThat(proxy.log).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "POST", "PUT", "OPTIONS"})
    void aRequestInClearTextIsToldSoAndNotRepeatedInTheLog(String method) throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = new Wire(plain(proxy.listenForTls(certificate(), PATIENT)))) {
            // In pieces, and more of it than anybody reads.
            client.send(method.substring(0, 1));
            assertThat(client.silentFor(50)).isTrue();
            client.send(
                    method.substring(1) + " /secret-of-the-client HTTP/1.1\r\nHost: h\r\n\r\n" + "x".repeat(50_000));
            assertThat(client.rest())
                    .isEqualTo("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n");
            Await.until("the failure is told", () -> !proxy.handshakeFailures.isEmpty());
            assertThat(proxy.handshakeFailures)
                    .containsExactly("http: TLS handshake error from 127.0.0.1:" + client.socket.getLocalPort()
                            + ": client sent an HTTP request to an HTTPS server");
            assertThat(proxy.arrived).hasValue(0);
            assertThat(proxy.log).isEmpty();
        }
    }

    @Test
    void otherClearTextIsNotAnswered() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = new Wire(plain(proxy.listenForTls(certificate(), PATIENT)))) {
            client.send("SSH-2.0-OpenSSH\r\n");
            assertThat(client.rest()).doesNotContain("HTTP");
            Await.until("the failure is told", () -> !proxy.handshakeFailures.isEmpty());
            assertThat(proxy.handshakeFailures)
                    .singleElement()
                    .asString()
                    .endsWith(": tls: first record does not look like a TLS handshake");
            assertThat(proxy.log).isEmpty();
        }
    }

    @Test
    void halfAClientHelloAndThenNothingMoreIsAnEnd() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo())) {
            int port = proxy.listenForTls(certificate(), PATIENT);
            try (Wire client = new Wire(plain(port))) {
                client.send(new byte[] {0x16, 3, 1, 1, 0, 1, 0, 0, (byte) 0xfc, 3, 3});
                Await.until(
                        "the connection is there",
                        () -> proxy.pipeline.connections().count() == 1);
            }
            Await.until("the failure is told", () -> !proxy.handshakeFailures.isEmpty());
            assertThat(proxy.handshakeFailures).singleElement().asString().endsWith(": EOF");
            assertThat(proxy.log).isEmpty();
        }
    }

    @Test
    void aClientThatSaysNothingIsDisconnected() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = new Wire(plain(proxy.listenForTls(certificate(), Duration.ofMillis(100))))) {
            client.rest();
            Await.until("the failure is told", () -> !proxy.handshakeFailures.isEmpty());
            assertThat(proxy.handshakeFailures).singleElement().asString().endsWith(": i/o timeout");
        }
    }

    @Test
    void aRecordThatWasChangedOnTheWayEndsTheConnectionAndNothingElse() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo())) {
            int port = proxy.listenForTls(certificate(), PATIENT);
            try (Socket raw = plain(port);
                    SSLSocket client = (SSLSocket)
                            TestAuthority.trusted().getSocketFactory().createSocket(raw, "127.0.0.1", port, false)) {
                client.startHandshake();
                assertThat(new Wire(client).request("GET", "/").response().status())
                        .isEqualTo(200);
                raw.getOutputStream().write(new byte[] {
                    0x17, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20
                });
                assertThatThrownBy(() -> client.getInputStream().readAllBytes()).isInstanceOf(SSLException.class);
            }
            assertThat(proxy.log).isEmpty();
            assertThat(proxy.handshakeFailures).isEmpty();
        }
    }

    @Test
    void aResponseThatIsCutHasNoOrderlyEnd() throws Exception {
        Program program = new Program(wire -> {
            wire.request();
            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            wire.silentFor(100);
        });
        try (ProxyFixture proxy = new ProxyFixture(program);
                SSLSocket client = socket(proxy.listenForTls(certificate(), PATIENT))) {
            // To HTTP/1.0 a response of unknown length ends with the connection.
            client.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(ISO_8859_1));
            assertThatThrownBy(() -> client.getInputStream().readAllBytes()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aResponseThatEndsWithTheConnectionHasAnOrderlyEnd() throws Exception {
        Program program =
                Program.answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        try (ProxyFixture proxy = new ProxyFixture(program);
                SSLSocket client = socket(proxy.listenForTls(certificate(), PATIENT))) {
            client.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(ISO_8859_1));
            assertThat(new String(client.getInputStream().readAllBytes(), ISO_8859_1))
                    .endsWith("\r\n\r\nhello");
        }
    }

    @Test
    void anAnswerAheadOfTheRequestsEndHasAnOrderlyEnd() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                SSLSocket client = socket(proxy.listenForTls(certificate(), PATIENT))) {
            client.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".getBytes(ISO_8859_1));
            assertThat(new String(client.getInputStream().readAllBytes(), ISO_8859_1))
                    .startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void upgradedConnectionsPassBothWays() throws Exception {
        Program program = new Program(wire -> {
            wire.request();
            wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
            wire.send(wire.exactly(4));
        });
        try (ProxyFixture proxy = new ProxyFixture(program);
                Wire client = new Wire(socket(proxy.listenForTls(certificate(), PATIENT)))) {
            client.request("GET", "/", "Connection: Upgrade", "Upgrade: echo");
            assertThat(client.head().status()).isEqualTo(101);
            client.send("ping");
            assertThat(new String(client.exactly(4), ISO_8859_1)).isEqualTo("ping");
            client.close();
            Await.until("the tunnel is gone", () -> proxy.pipeline.tunnels() == 0);
        }
    }

    @Test
    void aNewCertificateIsShownToNewConnections(@TempDir Path folder) throws Exception {
        Path certificate = Files.copy(TestAuthority.FILES.resolve("ec.pem"), folder.resolve("tls.crt"));
        Path key = Files.copy(TestAuthority.FILES.resolve("ec-sec1.key"), folder.resolve("tls.key"));
        ReloadedTls tls = new ReloadedTls(certificate, key, DEFAULT);
        try (ProxyFixture proxy = new ProxyFixture(Program.echo())) {
            int port = proxy.listenForTls(tls, PATIENT);
            try (SSLSocket old = socket(port)) {
                assertThat(algorithm(old)).isEqualTo("EC");
                assertThat(tls.refresh()).isFalse();

                // The two files change one after the other: in between they do not belong together.
                Files.copy(TestAuthority.FILES.resolve("rsa.pem"), certificate, StandardCopyOption.REPLACE_EXISTING);
                assertThatThrownBy(tls::refresh).isInstanceOf(GeneralSecurityException.class);
                assertThat(algorithm(port)).isEqualTo("EC");
                Files.delete(key);
                assertThatThrownBy(tls::refresh).isInstanceOf(IOException.class);
                assertThat(algorithm(port)).isEqualTo("EC");

                Files.copy(TestAuthority.FILES.resolve("rsa-pkcs1.key"), key);
                assertThat(tls.refresh()).isTrue();
                assertThat(tls.refresh()).isFalse();
                assertThat(algorithm(port)).isEqualTo("RSA");
                assertThat(new Wire(old).request("GET", "/").response().status())
                        .isEqualTo(200);
            }
        }
    }

    private static String algorithm(int port) throws Exception {
        try (SSLSocket client = socket(port)) {
            return algorithm(client);
        }
    }

    private static String algorithm(SSLSocket client) throws Exception {
        client.startHandshake();
        X509Certificate shown = (X509Certificate) client.getSession().getPeerCertificates()[0];
        return shown.getPublicKey().getAlgorithm();
    }

    private static Socket plain(int port) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }
}
