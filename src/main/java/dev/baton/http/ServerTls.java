package dev.baton.http;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * What a TLS listener shows and accepts, read once from PEM files: certificates that change make a new one of these. By the
 * JDK's own TLS. Any thread.
 */
public final class ServerTls {
    /**
     * What is accepted, in the JDK's spelling.
     *
     * @param versions {@code TLSv1.2}, {@code TLSv1.3}
     * @param cipherSuites for TLS 1.2 only; those of TLS 1.3 are always offered. Empty for the default ones
     * @param groups {@code x25519}, {@code secp256r1}, ...; empty for the default ones
     * @param protocols for ALPN, best first; empty for none
     */
    public record Accepted(
            List<String> versions, List<String> cipherSuites, List<String> groups, List<String> protocols) {}

    /**
     * Whose certificates are accepted from clients.
     *
     * @param authorities PEM file
     * @param required clients without a certificate are refused
     */
    public record Clients(Path authorities, boolean required) {}

    private static final List<String> TLS_1_3_SUITES =
            List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

    private final SslContext context;
    private final String[] groups;

    private ServerTls(SslContext context, List<String> groups) {
        this.context = context;
        this.groups = groups.toArray(new String[0]);
    }

    /**
     * Reads the files. Blocks.
     *
     * @param certificate the chain, the server's own first
     * @param clients null if clients are not asked for certificates
     * @throws IOException if a file cannot be read
     * @throws GeneralSecurityException if a file is not what it should be, or none of the suites or groups is known here
     */
    public static ServerTls read(Path certificate, Path key, @Nullable Clients clients, Accepted accepted)
            throws IOException, GeneralSecurityException {
        return of(Files.readAllBytes(certificate), Files.readAllBytes(key), clients, accepted);
    }

    /** As {@link #read}, with the chain's and the key's file in memory. */
    public static ServerTls of(byte[] certificate, byte[] key, @Nullable Clients clients, Accepted accepted)
            throws IOException, GeneralSecurityException {
        SslContextBuilder builder = SslContextBuilder.forServer(
                        PemKey.read(new String(key, StandardCharsets.ISO_8859_1)), certificates(certificate))
                .sslProvider(SslProvider.JDK)
                .protocols(accepted.versions());
        if (!accepted.cipherSuites().isEmpty()) {
            builder.ciphers(Stream.concat(TLS_1_3_SUITES.stream(), accepted.cipherSuites().stream())
                    .toList());
        }
        if (!accepted.protocols().isEmpty()) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    Protocol.ALPN,
                    SelectorFailureBehavior.NO_ADVERTISE,
                    SelectedListenerFailureBehavior.ACCEPT,
                    accepted.protocols()));
        }
        if (clients != null) {
            builder.trustManager(certificates(Files.readAllBytes(clients.authorities())))
                    .clientAuth(clients.required() ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
        }
        try {
            ServerTls tls = new ServerTls(builder.build(), accepted.groups());
            // What this JDK does not know is found out here rather than by the first client.
            tls.restrict(tls.context.newEngine(ByteBufAllocator.DEFAULT));
            return tls;
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException(e.getMessage(), e);
        }
    }

    private static X509Certificate[] certificates(byte[] pem) throws CertificateException {
        X509Certificate[] chain =
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem)).stream()
                        .map(X509Certificate.class::cast)
                        .toArray(X509Certificate[]::new);
        if (chain.length == 0) {
            throw new CertificateException("no certificate in PEM form");
        }
        return chain;
    }

    /** First handler of a new connection. */
    public SslHandler handler(ByteBufAllocator allocator) {
        SslHandler handler = context.newHandler(allocator);
        restrict(handler.engine());
        return handler;
    }

    private void restrict(SSLEngine engine) {
        if (groups.length > 0) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setNamedGroups(groups);
            engine.setSSLParameters(parameters);
        }
    }
}
