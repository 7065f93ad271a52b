package dev.baton.demo;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * A function that produces data, the file named by {@code DATA}, and hands it on by the plain HTTP object API of its own
 * pod's sidecar. Any HTTP client can do what it does; the file is streamed and never held in memory.
 */
final class ProducerFunction {
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI api;
    private final Path data;

    private ProducerFunction(URI api, Path data) {
        this.api = api;
        this.data = data;
    }

    public static void main(String[] args) throws IOException {
        Map<String, String> env = System.getenv();
        URI api = URI.create(env.getOrDefault("OBJECT_API", "http://127.0.0.1:8022"));
        ProducerFunction function = new ProducerFunction(api, Path.of(env.getOrDefault("DATA", "/dev/null")));
        FunctionServer.serve(Map.of("/invoke", function::invoke, "/put", function::put, "/ask", function::ask));
    }

    /** Calls the function whose URL is this request's body, with the file as the call's body; answers with its answer. */
    private void invoke(HttpExchange exchange) throws IOException {
        HttpRequest call = HttpRequest.newBuilder(api.resolve("/v1/invoke"))
                .header("Baton-Target", text(exchange))
                .header("Content-Type", "application/octet-stream")
                .POST(BodyPublishers.ofFile(data))
                .build();
        long start = System.nanoTime();
        HttpResponse<String> answer = send(call, BodyHandlers.ofString());
        timed(exchange, answer.statusCode(), answer.body(), start);
    }

    /** Puts the file as an object; this request's body says how many times it may be retrieved. Answers with the reference. */
    private void put(HttpExchange exchange) throws IOException {
        HttpRequest put = HttpRequest.newBuilder(api.resolve("/v1/objects?retrievals=" + text(exchange)))
                .header("Content-Type", "application/octet-stream")
                .POST(BodyPublishers.ofFile(data))
                .build();
        long start = System.nanoTime();
        HttpResponse<String> answer = send(put, BodyHandlers.ofString());
        boolean created = answer.statusCode() == 201;
        String body = created ? "reference=" + answer.body().strip() + "\n" : answer.body();
        timed(exchange, created ? 200 : answer.statusCode(), body, start);
    }

    /** Calls the function whose URL is this request's body, without a body; answers with the hash of what it answered. */
    private void ask(HttpExchange exchange) throws IOException {
        HttpRequest call = HttpRequest.newBuilder(api.resolve("/v1/invoke"))
                .header("Baton-Target", text(exchange))
                .header("Baton-Method", "GET")
                .POST(BodyPublishers.noBody())
                .build();
        long start = System.nanoTime();
        HttpResponse<InputStream> answer = send(call, BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            if (answer.statusCode() == 200) {
                timed(exchange, 200, Seen.of(body).lines(), start);
            } else {
                timed(exchange, answer.statusCode(), new String(body.readAllBytes(), StandardCharsets.UTF_8), start);
            }
        }
    }

    private static void timed(HttpExchange exchange, int status, String body, long start) throws IOException {
        String time = status == 200 ? "total_ns=" + (System.nanoTime() - start) + "\n" : "";
        FunctionServer.reply(exchange, status, body + time);
    }

    private static String text(HttpExchange exchange) throws IOException {
        return new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) throws IOException {
        try {
            return http.send(request, handler);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted in a call", e);
        }
    }
}
