package dev.baton.demo;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * A function that consumes data. {@code /receive} and {@code /produce} are ordinary HTTP and know nothing of Baton:
 * whether their bodies travelled inline or by reference is the sidecars' business.
 * {@code /fetch} is handed a reference and gets the object from its own pod's sidecar, the plain object API.
 */
final class ConsumerFunction {
    private static final int BUSY_TRIES = 50;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI api;
    private final Path data;

    private ConsumerFunction(URI api, Path data) {
        this.api = api;
        this.data = data;
    }

    public static void main(String[] args) throws IOException {
        Map<String, String> env = System.getenv();
        URI api = URI.create(env.getOrDefault("OBJECT_API", "http://127.0.0.1:8022"));
        ConsumerFunction function = new ConsumerFunction(api, Path.of(env.getOrDefault("DATA", "/dev/null")));
        FunctionServer.serve(
                Map.of("/receive", function::receive, "/fetch", function::fetch, "/produce", function::produce));
    }

    /** An ordinary request with a large body: answers with its length and hash. */
    private void receive(HttpExchange exchange) throws IOException {
        Seen seen = Seen.of(exchange.getRequestBody());
        FunctionServer.reply(exchange, 200, seen.lines());
    }

    /** An ordinary request for a large answer. */
    private void produce(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        long size = Files.size(data);
        exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
        exchange.sendResponseHeaders(200, size == 0 ? -1 : size);
        try (OutputStream body = exchange.getResponseBody()) {
            Files.copy(data, body);
        }
    }

    /** The request's body is a reference: gets the object and answers with its length and hash. */
    private void fetch(HttpExchange exchange) throws IOException {
        String reference = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII).strip();
        HttpRequest get =
                HttpRequest.newBuilder(api.resolve("/v1/objects/" + reference)).build();
        try {
            for (int attempt = 1; ; attempt++) {
                long start = System.nanoTime();
                var answer = http.send(get, BodyHandlers.ofInputStream());
                try (InputStream body = answer.body()) {
                    if (answer.statusCode() == 200) {
                        Seen seen = Seen.of(body);
                        FunctionServer.reply(
                                exchange, 200, seen.lines() + "total_ns=" + (System.nanoTime() - start) + "\n");
                        return;
                    }
                    // 503: every retrieval is taken, but one of them may still be given back. Ask again a little later.
                    if (answer.statusCode() != 503 || attempt == BUSY_TRIES) {
                        byte[] why = body.readAllBytes();
                        FunctionServer.reply(exchange, answer.statusCode(), new String(why, StandardCharsets.UTF_8));
                        return;
                    }
                }
                Thread.sleep(Duration.ofMillis(100));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking for an object", e);
        }
    }
}
