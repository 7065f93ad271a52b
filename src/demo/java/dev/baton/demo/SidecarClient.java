package dev.baton.demo;

import dev.baton.sdk.BatonClient;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that a function needs of HTTP to use its sidecar's object API. The JDK's older client, because it reads and writes a
 * body without a queue of small buffers in between. Any thread; blocks.
 *
 * @param base such as {@code http://127.0.0.1:8022}
 */
record SidecarClient(URI base) {
    private static final int CHUNK = 256 * 1024;

    /** The sidecar of this function's pod. */
    static SidecarClient ofEnvironment() {
        return new SidecarClient(URI.create(System.getenv().getOrDefault("OBJECT_API", "http://127.0.0.1:8022")));
    }

    /** The same sidecar by Baton's own client, which passes memory where it can. */
    static BatonClient memory() {
        return BatonClient.connect(ofEnvironment().base(), System.getenv().getOrDefault("OBJECT_SOCKET", "@baton"));
    }

    /** An answer whose body has yet to be read. */
    record Answer(int status, InputStream body) implements Closeable {
        String text() throws IOException {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }

        @Override
        public void close() throws IOException {
            body.close();
        }
    }

    Answer get(String path) throws IOException {
        return answer(open(path));
    }

    /** Sends the file, or nothing, as the body. */
    Answer post(String path, Map<String, String> fields, @Nullable Path file) throws IOException {
        HttpURLConnection call = open(path);
        call.setRequestMethod("POST");
        call.setRequestProperty("Content-Type", "application/octet-stream");
        fields.forEach(call::setRequestProperty);
        call.setDoOutput(true);
        // With the length known the body is streamed, and the client never sends it a second time by itself.
        call.setFixedLengthStreamingMode(file == null ? 0 : Files.size(file));
        try (OutputStream body = call.getOutputStream()) {
            if (file != null) {
                copy(file, body);
            }
        }
        return answer(call);
    }

    static void copy(Path file, OutputStream to) throws IOException {
        byte[] chunk = new byte[CHUNK];
        try (InputStream from = Files.newInputStream(file)) {
            for (int n = from.read(chunk); n >= 0; n = from.read(chunk)) {
                to.write(chunk, 0, n);
            }
        }
    }

    private HttpURLConnection open(String path) throws IOException {
        HttpURLConnection call = (HttpURLConnection) base.resolve(path).toURL().openConnection();
        call.setInstanceFollowRedirects(false);
        return call;
    }

    private static Answer answer(HttpURLConnection call) throws IOException {
        int status = call.getResponseCode();
        InputStream body = status < 400 ? call.getInputStream() : call.getErrorStream();
        return new Answer(status, body == null ? InputStream.nullInputStream() : body);
    }
}
