package dev.baton.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.http.EventLoops;
import dev.baton.http.Listener;
import dev.baton.tls.ServerTls.Accepted;
import dev.baton.tls.ServerTls.Clients;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerTlsTest {
    private static final List<String> NONE = List.of();
    private static final Accepted DEFAULT = new Accepted(List.of("TLSv1.3"), NONE, NONE, NONE);

    private final EventLoops loops = new EventLoops(1, "tls-test");

    @AfterEach
    void close() {
        loops.close();
    }

    @ParameterizedTest
    @CsvSource({"rsa, rsa-pkcs8", "rsa, rsa-pkcs1", "ec, ec-pkcs8", "ec, ec-sec1"})
    void everyFormOfAKeyServes(String certificate, String key) throws Exception {
        ServerTls tls = ServerTls.read(
                TestAuthority.FILES.resolve(certificate + ".pem"),
                TestAuthority.FILES.resolve(key + ".key"),
                null,
                DEFAULT);

        assertThat(greeting(tls, client(false), "TLSv1.3")).isEqualTo("hello");
    }

    @Test
    void aClientBelowTheLeastVersionIsRefused() throws Exception {
        ServerTls tls = server(DEFAULT, null);

        assertThatThrownBy(() -> greeting(tls, client(false), "TLSv1.2")).isInstanceOf(IOException.class);
    }

    @Test
    void tls12ServesTheChosenSuiteAlone() throws Exception {
        ServerTls tls = server(
                new Accepted(
                        List.of("TLSv1.3", "TLSv1.2"), List.of("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"), NONE, NONE),
                null);
        SSLContext client = client(false);

        assertThat(greeting(tls, client, "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"))
                .isEqualTo("hello");
        assertThatThrownBy(() -> greeting(tls, client, "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"))
                .isInstanceOf(IOException.class);
        assertThat(greeting(tls, client, "TLSv1.3")).isEqualTo("hello");
    }

    @Test
    void aGroupThatWasNotChosenIsRefused() throws Exception {
        ServerTls tls = server(new Accepted(List.of("TLSv1.3"), NONE, List.of("secp384r1"), NONE), null);

        assertThat(greetingByGroup(tls, "secp384r1")).isEqualTo("hello");
        assertThatThrownBy(() -> greetingByGroup(tls, "secp256r1")).isInstanceOf(IOException.class);
    }

    @Test
    void aRequiredCertificateMustBeShown() throws Exception {
        ServerTls tls = server(DEFAULT, new Clients(TestAuthority.FILES.resolve("ca.pem"), true));

        assertThat(greeting(tls, client(true), "TLSv1.3")).isEqualTo("hello");
        assertThatThrownBy(() -> greeting(tls, client(false), "TLSv1.3")).isInstanceOf(IOException.class);
    }

    @Test
    void anOptionalCertificateMayBeMissing() throws Exception {
        ServerTls tls = server(DEFAULT, new Clients(TestAuthority.FILES.resolve("ca.pem"), false));

        assertThat(greeting(tls, client(false), "TLSv1.3")).isEqualTo("hello");
    }

    @Test
    void filesThatAreNotWhatTheyShouldBeAreAnError() {
        assertThatThrownBy(() -> ServerTls.read(
                        TestAuthority.FILES.resolve("ca.pem"), TestAuthority.FILES.resolve("ca.pem"), null, DEFAULT))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining("no private key");
        assertThatThrownBy(() -> ServerTls.of(
                        new byte[0], Files.readAllBytes(TestAuthority.FILES.resolve("ec-sec1.key")), null, DEFAULT))
                .isInstanceOf(GeneralSecurityException.class);
        byte[] cut = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIA==\n-----END EC PRIVATE KEY-----\n"
                .getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() ->
                        ServerTls.of(Files.readAllBytes(TestAuthority.FILES.resolve("ec.pem")), cut, null, DEFAULT))
                .isInstanceOf(GeneralSecurityException.class);
    }

    private static ServerTls server(Accepted accepted, Clients clients) throws Exception {
        return ServerTls.read(
                TestAuthority.FILES.resolve("ec.pem"), TestAuthority.FILES.resolve("ec-sec1.key"), clients, accepted);
    }

    private String greetingByGroup(ServerTls tls, String group) throws Exception {
        return greet(tls, client(false), socket -> {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setNamedGroups(new String[] {group});
            socket.setSSLParameters(parameters);
        });
    }

    private String greeting(ServerTls tls, SSLContext client, String version, String... suites) throws Exception {
        return greet(tls, client, socket -> {
            socket.setEnabledProtocols(new String[] {version});
            if (suites.length > 0) {
                socket.setEnabledCipherSuites(suites);
            }
        });
    }

    private interface Setup {
        void prepare(SSLSocket socket) throws Exception;
    }

    /** What a client hears from a server that greets behind the handshake and closes. */
    private String greet(ServerTls tls, SSLContext client, Setup setup) throws Exception {
        Channel listener = Listener.bind(
                loops, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(tls.handler(channel.alloc()), new Greeter());
                    }
                });
        int port = ((InetSocketAddress) listener.localAddress()).getPort();
        try (SSLSocket socket =
                (SSLSocket) client.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(100_000);
            setup.prepare(socket);
            try (InputStream in = socket.getInputStream()) {
                return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            }
        } finally {
            listener.close().sync();
        }
    }

    private static final class Greeter extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
                ctx.writeAndFlush(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII))
                        .addListener(written -> ctx.close());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    private static SSLContext client(boolean withCertificate) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null);
        trusted.setCertificateEntry("ca", certificate("ca.pem"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyStore own = KeyStore.getInstance(KeyStore.getDefaultType());
        own.load(null);
        if (withCertificate) {
            own.setKeyEntry(
                    "client",
                    PemKey.read(Files.readString(TestAuthority.FILES.resolve("client.key"))),
                    new char[0],
                    new Certificate[] {certificate("client.pem")});
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static Certificate certificate(String name) throws Exception {
        try (InputStream in = Files.newInputStream(TestAuthority.FILES.resolve(name))) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}
