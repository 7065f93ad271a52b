package dev.baton.otel;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Takes spans as Zipkin's collector does, and keeps them. */
public final class ZipkinCollector implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    public final List<JsonNode> spans = new CopyOnWriteArrayList<>();
    final List<String> heads = new CopyOnWriteArrayList<>();
    private final DisposableServer server;

    /** @param status of every answer */
    public ZipkinCollector(int status) {
        server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> request.receive()
                        .aggregate()
                        .asByteArray()
                        .flatMap(body -> {
                            heads.add(request.method() + " " + request.uri() + " "
                                    + request.requestHeaders().get("content-type") + " b3="
                                    + request.requestHeaders().get("b3"));
                            JSON.readTree(body).forEach(spans::add);
                            return Mono.from(response.status(status).send());
                        }))
                .bindNow();
    }

    public String endpoint() {
        return "http://127.0.0.1:" + server.port() + "/api/v2/spans";
    }

    /** The span with this name, null if there is none. */
    public @Nullable JsonNode span(String name) {
        return spans.stream()
                .filter(span -> span.path("name").asString().equals(name))
                .findFirst()
                .orElse(null);
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}
