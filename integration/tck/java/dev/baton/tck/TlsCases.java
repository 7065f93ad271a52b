package dev.baton.tck;

import dev.baton.soak.Tls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** The main listener under TLS and its settings, which newer versions have. Each case starts a sidecar with a new certificate. */
final class TlsCases {
    private static final String MIN = "QUEUE_PROXY_TLS_MIN_VERSION";
    private static final String MAX = "QUEUE_PROXY_TLS_MAX_VERSION";
    private static final String SUITES = "QUEUE_PROXY_TLS_CIPHER_SUITES";
    private static final String CURVES = "QUEUE_PROXY_TLS_CURVE_PREFERENCES";

    private TlsCases() {}

    /** What the client offers; an empty list is what it does by itself. */
    private record Offer(List<String> versions, List<String> protocols, List<String> groups) {
        void to(SSLSocket socket) {
            SSLParameters parameters = socket.getSSLParameters();
            if (!versions.isEmpty()) {
                parameters.setProtocols(versions.toArray(String[]::new));
            }
            if (!groups.isEmpty()) {
                parameters.setNamedGroups(groups.toArray(String[]::new));
            }
            parameters.setApplicationProtocols(protocols.toArray(String[]::new));
            socket.setSSLParameters(parameters);
        }
    }

    static Group group() {
        Offer plain = new Offer(List.of(), List.of(), List.of());
        Offer old = new Offer(List.of("TLSv1.2"), List.of(), List.of());
        return new Group(
                "newer: TLS",
                Map.of(),
                true,
                List.of(
                        of("request", Map.of(), plain),
                        of("alpn-h2", Map.of(), new Offer(List.of(), List.of("h2", "http/1.1"), List.of())),
                        of("alpn-http1", Map.of(), new Offer(List.of(), List.of("http/1.1"), List.of())),
                        of("old-version", Map.of(), old),
                        of("old-version-allowed", Map.of(MIN, "1.2"), old),
                        of("newest-of-both", Map.of(MIN, "1.2"), plain),
                        of("maximum", Map.of(MIN, "1.2", MAX, "1.2"), plain),
                        of("suite", Map.of(MIN, "1.2", SUITES, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"), old),
                        of(
                                "curve",
                                Map.of(CURVES, "CurveP384"),
                                new Offer(List.of(), List.of(), List.of("x25519", "secp384r1"))),
                        of(
                                "curve-of-neither",
                                Map.of(CURVES, "P-384"),
                                new Offer(List.of(), List.of(), List.of("x25519")))));
    }

    private static Case of(String name, Map<String, String> settings, Offer offer) {
        return Case.newer("newer/tls-" + name, "9", stand -> {
            Path folder = Files.createTempDirectory("baton-tck-tls");
            try {
                Tls tls = Tls.prepare(folder, new InetSocketAddress(InetAddress.getLoopbackAddress(), Tls.PORT));
                Map<String, String> environment = new LinkedHashMap<>(settings);
                environment.put("BATON_CERTS_DIR", folder.toString());
                try (Sidecar sidecar =
                        Sidecar.launch(stand.command(), stand.app().port(), environment)) {
                    sidecar.awaitPorts(Tls.PORT);
                    return ask(tls, offer, settings.containsKey(SUITES));
                }
            } finally {
                delete(folder);
            }
        });
    }

    private static List<String> ask(Tls tls, Offer offer, boolean suiteMatters) throws IOException {
        try (SSLSocket socket = tls.connect()) {
            offer.to(socket);
            socket.setSoTimeout(10_000);
            socket.startHandshake();
            List<String> lines = new ArrayList<>();
            lines.add(socket.getSession().getProtocol());
            if (!socket.getSession().getProtocol().equals("TLSv1.3")) {
                lines.add(suiteMatters ? socket.getSession().getCipherSuite() : "(a suite)");
            }
            lines.add("protocol " + socket.getApplicationProtocol());
            if (!socket.getApplicationProtocol().equals("h2")) {
                socket.getOutputStream()
                        .write(("GET /status/201" + SidecarCases.HOST + "\r\n")
                                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
                Message answer = Message.read(socket.getInputStream(), false);
                lines.add(answer == null ? "[closed without an answer]" : answer.start() + " | " + answer.body());
            }
            return lines;
        } catch (SSLException refused) {
            return List.of("[no handshake]");
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
