package dev.baton.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * What a TLS listener shows and accepts, read once from PEM files: certificates that change make a new one of these. By
 * BoringSSL, because the JDK's ciphers need the second compiler, which a sidecar does without: 18 MB/s of AES against gigabytes.
 * Where its library is missing, by the JDK's own TLS. Any thread.
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
    private final List<String> ignoredGroups;

    private ServerTls(SslContext context, List<String> groups, List<String> ignoredGroups) {
        this.context = context;
        this.groups = groups.toArray(new String[0]);
        this.ignoredGroups = ignoredGroups;
    }

    /**
     * Reads the files. Blocks.
     *
     * @param certificate the chain, the server's own first
     * @param clients null if clients are not asked for certificates
     * @throws IOException if a file cannot be read
     * @throws GeneralSecurityException if a file is not what it should be, or none of the suites is known here
     */
    public static ServerTls read(Path certificate, Path key, @Nullable Clients clients, Accepted accepted)
            throws IOException, GeneralSecurityException {
        return of(Files.readAllBytes(certificate), Files.readAllBytes(key), clients, accepted);
    }

    /** As {@link #read}, with the chain's and the key's file in memory. */
    public static ServerTls of(byte[] certificate, byte[] key, @Nullable Clients clients, Accepted accepted)
            throws IOException, GeneralSecurityException {
        X509Certificate[] chain = certificates(certificate);
        PrivateKey secret = PemKey.read(new String(key, StandardCharsets.ISO_8859_1));
        checkPair(chain[0], secret);
        boolean boring = OpenSsl.isAvailable();
        SslContextBuilder builder = SslContextBuilder.forServer(secret, chain)
                .sslProvider(boring ? SslProvider.OPENSSL : SslProvider.JDK)
                .protocols(accepted.versions());
        List<String> ignored = boring ? List.of() : unknownToTheJdk(accepted.groups());
        List<String> groups = accepted.groups().stream()
                .filter(group -> !ignored.contains(group))
                .toList();
        if (boring && !groups.isEmpty()) {
            builder.option(OpenSslContextOption.GROUPS, groups.toArray(new String[0]));
        }
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
            ServerTls tls = new ServerTls(builder.build(), boring ? List.of() : groups, ignored);
            // What cannot be is found out here rather than by the first client.
            SSLEngine engine = tls.context.newEngine(ByteBufAllocator.DEFAULT);
            try {
                tls.restrict(engine);
            } finally {
                ReferenceCountUtil.release(engine);
            }
            return tls;
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException(e.getMessage(), e);
        }
    }

    /** Two files that are replaced one after the other may be read in between. */
    private static void checkPair(X509Certificate certificate, PrivateKey key) throws GeneralSecurityException {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> key.getAlgorithm();
                };
        byte[] message = {1};
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(message);
        byte[] signed = signature.sign();
        try {
            signature.initVerify(certificate.getPublicKey());
            signature.update(message);
            if (signature.verify(signed)) {
                return;
            }
        } catch (InvalidKeyException | SignatureException e) {
            throw new KeyException("the private key is not that of the certificate", e);
        }
        throw new KeyException("the private key is not that of the certificate");
    }

    private static List<String> unknownToTheJdk(List<String> groups) throws GeneralSecurityException {
        List<String> known =
                List.of(SSLContext.getDefault().getSupportedSSLParameters().getNamedGroups());
        return groups.stream().filter(group -> !known.contains(group)).toList();
    }

    /** Of the groups that were asked for, those that the library at hand does not know. If it knows none, the default ones are taken. */
    public List<String> ignoredGroups() {
        return ignoredGroups;
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
