package dev.baton;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.tls.TestAuthority;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a whole sidecar makes of mounted certificates and of the request log's settings. */
class TlsAndRequestLogProcessTest {

    @Test
    void mountedCertificatesOpenTheTlsPortAndRequestsThroughItAreLogged(@TempDir Path folder) throws Exception {
        Files.copy(TestAuthority.FILES.resolve("rsa.pem"), folder.resolve("tls.crt"));
        Files.copy(TestAuthority.FILES.resolve("rsa-pkcs1.key"), folder.resolve("tls.key"));
        String address = SidecarProcess.freeAddress();
        Map<String, String> settings = SidecarProcess.settings(address);
        settings.put("BATON_CERTS_DIR", folder.toString());
        settings.put("QUEUE_PROXY_TLS_CURVE_PREFERENCES", "X25519MLKEM768,P-256");
        settings.put(
                "OBSERVABILITY_CONFIG",
                """
                {"enableRequestLog": true, "enableProbeRequestLog": true, "requestLogTemplate":
                 "logged {{.Request.RequestURI}} {{.Response.Code}} {{if .Request.TLS}}tls{{end}} {{.Revision.Name}}"}""");
        try (SidecarProcess sidecar = SidecarProcess.start(address, settings)) {
            sidecar.awaitLine("Starting tls server main :8112");
            try (SSLSocket client = connect(sidecar)) {
                String probe = String.join(
                        "\r\n",
                        "GET /healthz HTTP/1.1",
                        "Host: a",
                        "User-Agent: Knative-Activator-Probe",
                        "K-Network-Probe: queue",
                        "Connection: close",
                        "",
                        "");
                client.getOutputStream().write(probe.getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .startsWith("HTTP/1.1 200 OK\r\n")
                        .endsWith("\r\n\r\nqueue");
            }
            sidecar.awaitLine("logged /healthz 200 tls function-00001\n");
            sidecar.awaitLine("Objects travel between pods in clear text");
            assertThat(sidecar.stdout())
                    .contains("Starting to watch the following directories for changes")
                    .doesNotContain("QUEUE_PROXY_TLS_CURVE_PREFERENCES")
                    .doesNotContain("not in this version");
        }
    }

    /** The sidecar listens before it says that it has started everything. */
    private static SSLSocket connect(SidecarProcess sidecar) throws Exception {
        SSLContext context = TestAuthority.trusted();
        SSLSocket[] connected = new SSLSocket[1];
        sidecar.await("TLS port", () -> {
            try {
                connected[0] = (SSLSocket) context.getSocketFactory().createSocket(sidecar.address(), 8112);
                return true;
            } catch (IOException e) {
                return false;
            }
        });
        connected[0].setSoTimeout(100_000);
        return connected[0];
    }

    @Test
    void aCertificateThatIsNoneEndsTheStart(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("tls.crt"), "nothing");
        Files.writeString(folder.resolve("tls.key"), "nothing");
        String address = SidecarProcess.freeAddress();
        Map<String, String> settings = SidecarProcess.settings(address);
        settings.put("BATON_CERTS_DIR", folder.toString());
        try (SidecarProcess sidecar = SidecarProcess.start(address, settings)) {
            assertThat(sidecar.awaitExit()).isEqualTo(1);
            assertThat(sidecar.stdout()).contains("the serving certificate cannot be used");
        }
    }

    @Test
    void aBadTemplateIsSaidAndTrafficIsServedWithoutALog() throws Exception {
        String address = SidecarProcess.freeAddress();
        Map<String, String> settings = SidecarProcess.settings(address);
        settings.put("SERVING_ENABLE_REQUEST_LOG", "true");
        settings.put("SERVING_REQUEST_LOG_TEMPLATE", "logged {{.Request.Method");
        try (SidecarProcess sidecar = SidecarProcess.start(address, settings)) {
            sidecar.awaitMainPort();
            HttpResponse<String> answer = sidecar.get(SidecarProcess.MAIN, "/");
            assertThat(answer.statusCode()).isEqualTo(502);
            sidecar.awaitLine("Error setting up request logger. Request logs will be unavailable.");
            assertThat(sidecar.stdout()).contains("unclosed action").doesNotContain("logged GET");
        }
    }
}
