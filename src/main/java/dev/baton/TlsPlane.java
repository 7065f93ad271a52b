package dev.baton;

import dev.baton.config.ServingTls;
import dev.baton.telemetry.JsonLog;
import dev.baton.tls.HandshakeFailures;
import dev.baton.tls.ReloadedTls;
import dev.baton.tls.ServerTls;
import dev.baton.tls.TlsFront;
import io.netty.channel.ChannelHandler;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;

/** The main port's second listener: the same requests under TLS, with the certificate that Knative mounts and renews. */
final class TlsPlane {
    private static final Duration HANDSHAKE = Duration.ofSeconds(10);
    private static final long REFRESH_NANOS = Duration.ofSeconds(60).toNanos();

    private final ServingTls settings;
    private final JsonLog log;
    private final ReloadedTls certificate;
    private long refreshedAt = System.nanoTime();

    /**
     * Reads the certificate. Blocks.
     *
     * @throws IllegalStateException if there is none in the files
     */
    TlsPlane(ServingTls settings, JsonLog log) {
        this.settings = settings;
        this.log = log;
        var parameters = settings.parameters();
        try {
            certificate = new ReloadedTls(
                    settings.certificate(),
                    settings.key(),
                    new ServerTls.Accepted(
                            parameters.versions(),
                            parameters.cipherSuites(),
                            parameters.groups(),
                            List.of("h2", "http/1.1")));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(
                    "the serving certificate cannot be used: " + settings.certificate() + ": " + e.getMessage(), e);
        }
        List<String> ignored = certificate.get().ignoredGroups();
        if (!ignored.isEmpty()) {
            log.warn("QUEUE_PROXY_TLS_CURVE_PREFERENCES: not known here and left out: " + String.join(", ", ignored));
        }
        log.info("Starting to watch the following directories for changes: "
                + settings.certificate().getParent());
    }

    /** Connections under TLS that lead to those handlers. */
    ChannelHandler front(ChannelHandler main) {
        return new TlsFront(certificate, HANDSHAKE, new HandshakeFailures(System::nanoTime, log::warn), main);
    }

    /** Looks at the files when they are due. Called about once a second, by one thread. Blocks. */
    void housekeeping() {
        if (System.nanoTime() - refreshedAt < REFRESH_NANOS) {
            return;
        }
        refreshedAt = System.nanoTime();
        try {
            if (certificate.refresh()) {
                log.info("Certificate and/or key have changed on disk and were reloaded.");
            }
        } catch (IOException | GeneralSecurityException e) {
            log.error("Failed to reload " + settings.certificate() + " or its key, the certificate so far stays", e);
        }
    }
}
