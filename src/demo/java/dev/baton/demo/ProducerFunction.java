package dev.baton.demo;

import com.sun.net.httpserver.HttpExchange;
import dev.baton.sdk.BatonClient;
import dev.baton.sdk.BatonDraft;
import dev.baton.sdk.PutOptions;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * A function that produces data, the file named by {@code DATA}, and hands it on by the plain HTTP object API of its own
 * pod's sidecar. Any HTTP client can do what it does; the file is streamed and never held in memory. {@code /give} alone
 * uses Baton's client in Java, to put memory instead of bytes.
 */
final class ProducerFunction {
    private static final long SLICE = 1 << 20;

    private final SidecarClient sidecar = SidecarClient.ofEnvironment();
    private final BatonClient memory = SidecarClient.memory();
    private final Path data = Path.of(System.getenv().getOrDefault("DATA", "/dev/null"));

    private ProducerFunction() {}

    public static void main(String[] args) throws IOException {
        ProducerFunction function = new ProducerFunction();
        FunctionServer.serve(Map.of(
                "/invoke", function::invoke,
                "/put", function::put,
                "/give", function::give,
                "/ask", function::ask,
                "/send", function::send));
    }

    /** Calls the function whose URL is this request's body, with the file as the call's body; answers with its answer. */
    private void invoke(HttpExchange exchange) throws IOException {
        Map<String, String> fields = Map.of("Baton-Target", text(exchange));
        long start = System.nanoTime();
        try (SidecarClient.Answer answer = sidecar.post("/v1/invoke", fields, data)) {
            reply(exchange, answer.status(), answer.text(), start);
        }
    }

    /** Puts the file as an object; this request's body says how many times it may be retrieved. Answers with the reference. */
    private void put(HttpExchange exchange) throws IOException {
        String path = "/v1/objects?retrievals=" + text(exchange);
        long start = System.nanoTime();
        try (SidecarClient.Answer answer = sidecar.post(path, Map.of(), data)) {
            if (answer.status() == 201) {
                reply(exchange, 200, "reference=" + answer.text().strip() + "\n", start);
            } else {
                reply(exchange, answer.status(), answer.text(), start);
            }
        }
    }

    /** Puts the file as the memory that it was read into; otherwise as {@code /put}, with the time of the call alone. */
    private void give(HttpExchange exchange) throws IOException {
        PutOptions options = PutOptions.times(Integer.parseInt(text(exchange)));
        long start = System.nanoTime();
        try (FileChannel file = FileChannel.open(data);
                BatonDraft draft = memory.allocate(file.size())) {
            fill(draft.segment(), file);
            long call = System.nanoTime();
            String reference = draft.put(options);
            String text =
                    "reference=" + reference + "\nway=" + draft.path() + "\ncall_ns=" + (System.nanoTime() - call);
            reply(exchange, 200, text + "\n", start);
        }
    }

    private static void fill(MemorySegment memory, FileChannel from) throws IOException {
        for (long at = 0; at < memory.byteSize(); ) {
            long slice = Math.min(SLICE, memory.byteSize() - at);
            int n = from.read(memory.asSlice(at, slice).asByteBuffer(), at);
            if (n < 0) {
                throw new EOFException("the file has become shorter than " + memory.byteSize() + " bytes");
            }
            at += n;
        }
    }

    /** Calls the function whose URL is this request's body, without a body; answers with the hash of what it answered. */
    private void ask(HttpExchange exchange) throws IOException {
        Map<String, String> fields = Map.of("Baton-Target", text(exchange), "Baton-Method", "GET");
        long start = System.nanoTime();
        try (SidecarClient.Answer answer = sidecar.post("/v1/invoke", fields, null)) {
            boolean good = answer.status() == 200;
            reply(exchange, answer.status(), good ? Seen.of(answer.body()).lines() : answer.text(), start);
        }
    }

    /** Calls the URL that is this request's body with the file as the call's body, past every sidecar's API: any client's plain HTTP. */
    private void send(HttpExchange exchange) throws IOException {
        URI target = URI.create(text(exchange));
        long start = System.nanoTime();
        try (SidecarClient.Answer answer = new SidecarClient(target).post(target.getPath(), Map.of(), data)) {
            String said = answer.text().strip();
            reply(exchange, answer.status(), answer.status() == 200 ? "answer=" + said + "\n" : said, start);
        }
    }

    private static void reply(HttpExchange exchange, int status, String text, long start) throws IOException {
        String time = status == 200 ? "total_ns=" + (System.nanoTime() - start) + "\n" : "";
        FunctionServer.reply(exchange, status, text + time);
    }

    private static String text(HttpExchange exchange) throws IOException {
        return new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8).strip();
    }
}
