package dev.baton.soak;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A certificate made for one run, as the sidecar wants it, and clients that trust it. */
public final class Tls {
    public static final int PORT = 8112;
    private static final String PASSWORD = "changeit";
    private static final String ALIAS = "soak";

    private final InetSocketAddress server;
    private final SSLContext context;

    private Tls(InetSocketAddress server, SSLContext context) {
        this.server = server;
        this.context = context;
    }

    /** Writes {@code tls.crt} and {@code tls.key} into the folder. Blocks. */
    public static Tls prepare(Path folder, InetSocketAddress server)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path store = folder.resolve("soak.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=kn-user-soak",
                        "-alias",
                        ALIAS,
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(new File("/dev/null"))
                .start();
        if (keytool.waitFor() != 0) {
            throw new IOException("keytool ended with " + keytool.exitValue());
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        Key key = keys.getKey(ALIAS, PASSWORD.toCharArray());
        Certificate certificate = keys.getCertificate(ALIAS);
        Files.writeString(folder.resolve("tls.key"), pem("PRIVATE KEY", key.getEncoded()));
        Files.writeString(folder.resolve("tls.crt"), pem("CERTIFICATE", certificate.getEncoded()));
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null);
        trusted.setCertificateEntry(ALIAS, certificate);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return new Tls(server, context);
    }

    private static String pem(String kind, byte[] octets) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(octets);
        return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
    }

    InetSocketAddress server() {
        return server;
    }

    /** Connects; the handshake comes with the first octet. */
    public SSLSocket connect() throws IOException {
        return (SSLSocket) context.getSocketFactory().createSocket(server.getAddress(), server.getPort());
    }

    /** A client over a connection that has been made, which the caller closes. */
    SSLSocket over(Socket plain) throws IOException {
        String host = server.getAddress().getHostAddress();
        return (SSLSocket) context.getSocketFactory().createSocket(plain, host, server.getPort(), false);
    }
}
