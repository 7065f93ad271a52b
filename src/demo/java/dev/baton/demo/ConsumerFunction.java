package dev.baton.demo;

import com.sun.net.httpserver.HttpExchange;
import dev.baton.sdk.BatonClient;
import dev.baton.sdk.BatonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * A function that consumes data. {@code /receive} and {@code /produce} are ordinary HTTP and know nothing of Baton:
 * whether their bodies travelled inline or by reference is the sidecars' business.
 * {@code /fetch} is handed a reference and gets the object from its own pod's sidecar, the plain object API;
 * {@code /map} does the same with Baton's client in Java and gets memory instead of bytes.
 */
final class ConsumerFunction {
    private static final int BUSY_TRIES = 50;

    private final SidecarClient sidecar = SidecarClient.ofEnvironment();
    private final BatonClient memory = SidecarClient.memory();
    private final Path data = Path.of(System.getenv().getOrDefault("DATA", "/dev/null"));

    private ConsumerFunction() {}

    public static void main(String[] args) throws IOException {
        ConsumerFunction function = new ConsumerFunction();
        FunctionServer.serve(Map.of(
                "/receive", function::receive,
                "/fetch", function::fetch,
                "/map", function::map,
                "/produce", function::produce));
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
            SidecarClient.copy(data, body);
        }
    }

    /** The request's body is a reference: gets the object and answers with its length and hash. */
    private void fetch(HttpExchange exchange) throws IOException {
        String reference = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII).strip();
        for (int attempt = 1; ; attempt++) {
            long start = System.nanoTime();
            try (SidecarClient.Answer answer = sidecar.get("/v1/objects/" + reference)) {
                if (answer.status() == 200) {
                    String seen = Seen.of(answer.body()).lines();
                    FunctionServer.reply(exchange, 200, seen + "total_ns=" + (System.nanoTime() - start) + "\n");
                    return;
                }
                // 503: every retrieval is taken, but one of them may still be given back. Ask again a little later.
                if (answer.status() != 503 || attempt == BUSY_TRIES) {
                    FunctionServer.reply(exchange, answer.status(), answer.text());
                    return;
                }
            }
            pause();
        }
    }

    /** As {@code /fetch}, with the time of the call alone. */
    private void map(HttpExchange exchange) throws IOException {
        String reference = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII).strip();
        long start = System.nanoTime();
        try (BatonObject object = memory.get(reference)) {
            long call = System.nanoTime() - start;
            String seen = Seen.of(object.segment()).lines();
            String text = seen + "way=" + object.path() + "\ncall_ns=" + call + "\n";
            FunctionServer.reply(exchange, 200, text + "total_ns=" + (System.nanoTime() - start) + "\n");
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(Duration.ofMillis(100));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking for an object", e);
        }
    }
}
