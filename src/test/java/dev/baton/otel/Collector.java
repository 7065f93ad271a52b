package dev.baton.otel;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.baton.config.Observability.Protocol;
import io.netty.buffer.Unpooled;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Takes OTLP over HTTP and over gRPC, and keeps what it has understood. */
public final class Collector implements AutoCloseable {
    private static final int GRPC_PREFIX = 5;

    public final List<ResourceMetrics> metrics = new CopyOnWriteArrayList<>();
    final List<ExportTraceServiceRequest> traces = new CopyOnWriteArrayList<>();
    final Map<String, String> lastFields = new ConcurrentHashMap<>();
    private final DisposableServer http = serve(HttpProtocol.HTTP11);
    private final DisposableServer grpc = serve(HttpProtocol.H2C);

    private DisposableServer serve(HttpProtocol protocol) {
        return HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .protocol(protocol)
                .handle(this::take)
                .bindNow();
    }

    public String endpoint(Protocol protocol) {
        return "http://127.0.0.1:" + (protocol == Protocol.GRPC ? grpc : http).port();
    }

    private Mono<Void> take(HttpServerRequest request, HttpServerResponse response) {
        return request.receive()
                .aggregate()
                .asByteArray()
                .defaultIfEmpty(new byte[0])
                .flatMap(body -> {
                    request.requestHeaders().forEach(field -> lastFields.put(field.getKey(), field.getValue()));
                    boolean grpc =
                            "application/grpc".equals(request.requestHeaders().get("content-type"));
                    lastFields.put(":path", "/" + request.path());
                    try {
                        keep(
                                request.path(),
                                grpc ? java.util.Arrays.copyOfRange(body, GRPC_PREFIX, body.length) : body);
                    } catch (InvalidProtocolBufferException e) {
                        return response.status(400).send();
                    }
                    if (!grpc) {
                        return response.header("content-type", "application/x-protobuf")
                                .send();
                    }
                    response.header("content-type", "application/grpc")
                            .trailerHeaders(trailers -> trailers.set("grpc-status", "0"));
                    return response.header("trailer", "grpc-status")
                            .send(Mono.just(Unpooled.wrappedBuffer(new byte[GRPC_PREFIX])))
                            .then();
                });
    }

    private void keep(String path, byte[] message) throws InvalidProtocolBufferException {
        if (path.contains("metrics") || path.contains("MetricsService")) {
            metrics.addAll(ExportMetricsServiceRequest.parseFrom(message).getResourceMetricsList());
        } else {
            traces.add(ExportTraceServiceRequest.parseFrom(message));
        }
    }

    /** All spans so far. */
    public List<Span> spans() {
        List<Span> spans = new ArrayList<>();
        traces.forEach(request -> request.getResourceSpansList().forEach(resource -> resource.getScopeSpansList()
                .forEach(scope -> spans.addAll(scope.getSpansList()))));
        return spans;
    }

    /** The span with this name, null if there is none. */
    public @Nullable Span span(String name) {
        return spans().stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** The last message about this metric, null if there is none. */
    public @Nullable Metric metric(String name) {
        List<Metric> all = all(name);
        return all.isEmpty() ? null : all.getLast();
    }

    /** All messages about this metric, in their order. */
    public List<Metric> all(String name) {
        List<Metric> all = new ArrayList<>();
        for (ResourceMetrics each : metrics) {
            for (var scope : each.getScopeMetricsList()) {
                for (Metric metric : scope.getMetricsList()) {
                    if (metric.getName().equals(name)) {
                        all.add(metric);
                    }
                }
            }
        }
        return all;
    }

    @Override
    public void close() {
        http.disposeNow();
        grpc.disposeNow();
    }
}
