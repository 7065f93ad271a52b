package dev.baton.otel;

import dev.baton.config.Identity;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Posts spans to a Zipkin collector, as controllers before 1.19 ask for. Our own, because OpenTelemetry has stopped publishing
 * its exporter (1.64.0 is the last one). Any thread; blocks nobody.
 */
final class ZipkinSpans implements SpanExporter {
    /** What the queue-proxy of those versions gives a batch. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final Logger LOG = Logger.getLogger(ZipkinSpans.class.getName());

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final HttpRequest.Builder post;
    private final ZipkinJson json;
    private final AtomicBoolean failing = new AtomicBoolean();

    /**
     * @param endpoint the collector's URL with its path, such as {@code http://zipkin:9411/api/v2/spans}
     * @throws IllegalArgumentException if the endpoint is no URL of HTTP
     */
    ZipkinSpans(String endpoint, Identity pod) {
        json = new ZipkinJson(pod);
        // b3: a mesh's proxy on the way is not to trace the report of traces.
        post = HttpRequest.newBuilder(URI.create(endpoint))
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .header("b3", "0");
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        CompletableResultCode result = new CompletableResultCode();
        HttpRequest request =
                post.copy().POST(BodyPublishers.ofByteArray(json.of(spans))).build();
        client.sendAsync(request, BodyHandlers.discarding())
                .whenComplete((answer, failure) -> judge(result, answer, failure));
        return result;
    }

    private void judge(CompletableResultCode result, @Nullable HttpResponse<Void> answer, @Nullable Throwable failure) {
        if (answer != null && answer.statusCode() / 100 == 2) {
            failing.set(false);
            result.succeed();
            return;
        }
        // A dead collector is told of once, not with every batch.
        if (!failing.getAndSet(true)) {
            String cause = answer == null ? String.valueOf(failure) : "status " + answer.statusCode();
            LOG.log(Level.WARNING, "Zipkin''s collector does not take spans: {0}", cause);
        }
        result.fail();
    }

    @Override
    public CompletableResultCode flush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        client.shutdownNow();
        return CompletableResultCode.ofSuccess();
    }
}
