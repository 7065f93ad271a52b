package dev.baton.profiling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import dev.baton.http.EventLoops;
import dev.baton.http.Listener;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ProfilingServerTest {
    private final EventLoops loops = new EventLoops(1, "profiling-test");
    private final HttpClient client = HttpClient.newHttpClient();
    private final ProfilingServer server = new ProfilingServer();
    private int port;

    @BeforeEach
    void listen() throws BindException {
        port = ((InetSocketAddress)
                        Listener.bind(loops, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), server)
                                .localAddress())
                .getPort();
    }

    @AfterEach
    void close() {
        client.close();
        loops.close();
    }

    @Test
    void theIndexNamesWhatThereIs() throws Exception {
        HttpResponse<byte[]> answer = get("/debug/pprof/");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
        assertThat(text(answer)).contains("cmdline", "profile", "symbol", "trace");
    }

    @Test
    void theCommandLineHasItsWordsBetweenZeros() throws Exception {
        assertThat(text(get("/debug/pprof/cmdline"))).contains("java\0").doesNotEndWith("\0");
    }

    @Test
    void thereAreNoAddressesToName() throws Exception {
        assertThat(text(get("/debug/pprof/symbol"))).isEqualTo("num_symbols: 1\n");
    }

    @Test
    void aProfileNamesWhatIsBusy() throws Exception {
        Thread busy = Thread.ofPlatform().daemon().name("busy-bee").start(ProfilingServerTest::burn);
        try {
            HttpResponse<byte[]> answer = get("/debug/pprof/profile?seconds=1.5");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-type")).hasValue("application/octet-stream");
            assertThat(answer.headers().firstValue("content-disposition")).hasValue("attachment; filename=\"profile\"");
            String profile;
            try (var gzip = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
                profile = new String(gzip.readAllBytes(), StandardCharsets.ISO_8859_1);
            }
            assertThat(profile)
                    .contains("cpu", "nanoseconds", "samples", "count", "thread busy-bee")
                    .contains("dev.baton.profiling.ProfilingServerTest.burn", "ProfilingServerTest.java");
        } finally {
            busy.interrupt();
        }
    }

    @Test
    void aTraceTellsWhatThreadsDo() throws Exception {
        HttpResponse<byte[]> answer = get("/debug/pprof/trace?seconds=0.3");

        assertThat(answer.headers().firstValue("content-disposition")).hasValue("attachment; filename=\"trace\"");
        JsonNode events = JsonMapper.shared().readTree(answer.body()).get("traceEvents");
        assertThat(events.size()).isPositive();
        assertThat(events)
                .anyMatch(event -> event.get("ph").asString().equals("M")
                        && event.get("args").get("name").asString().equals("main"));
        assertThat(events)
                .filteredOn(event -> event.get("ph").asString().equals("X"))
                .isNotEmpty()
                .allMatch(event -> event.get("dur").asLong() >= 0
                        && !event.get("name").asString().isEmpty());
    }

    @Test
    void oneProfileIsTakenAtATimeAndEndsWithWhoAskedForIt() throws Exception {
        try (Socket first = new Socket(InetAddress.getLoopbackAddress(), port)) {
            first.getOutputStream()
                    .write("GET /debug/pprof/profile?seconds=600 HTTP/1.1\r\nHost: h\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            Await.until("the first one", server::busy);
            HttpResponse<byte[]> second = get("/debug/pprof/profile?seconds=1");
            assertThat(second.statusCode()).isEqualTo(500);
            assertThat(text(second)).isEqualTo("Could not enable CPU profiling: cpu profiling already in use\n");
        }
        Await.until("the end of the first one", () -> !server.busy());
        assertThat(get("/debug/pprof/trace?seconds=0.01").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/debug/pprof", "/metrics", "/debug/pprofile"})
    void otherPathsAreNotFound(String path) throws Exception {
        HttpResponse<byte[]> answer = get(path);

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(text(answer)).isEqualTo("404 page not found\n");
    }

    @Test
    void otherProfilesAreUnknown() throws Exception {
        HttpResponse<byte[]> answer = get("/debug/pprof/heap");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(text(answer)).isEqualTo("Unknown profile\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE"})
    void otherMethodsAreNotAllowed(String method) throws Exception {
        HttpResponse<byte[]> answer = send(method, "/debug/pprof/symbol");

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("allow")).hasValue("GET, HEAD");
    }

    @Test
    void headHasTheLengthAndNoBody() throws Exception {
        HttpResponse<byte[]> answer = send("HEAD", "/debug/pprof/symbol");

        assertThat(answer.headers().firstValue("content-length")).hasValue("15");
        assertThat(answer.body()).isEmpty();
    }

    private static void burn() {
        long sum = 0;
        while (!Thread.currentThread().isInterrupted()) {
            sum += System.nanoTime();
        }
        assertThat(sum).isNotZero();
    }

    private HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return send("GET", path);
    }

    private HttpResponse<byte[]> send(String method, String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .timeout(Duration.ofSeconds(100))
                        .build(),
                BodyHandlers.ofByteArray());
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.ISO_8859_1);
    }
}
