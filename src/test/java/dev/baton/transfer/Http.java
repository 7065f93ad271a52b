package dev.baton.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;

/** The JDK's HTTP client, as a function would use it. */
final class Http {
    static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Http() {}

    /** Bytes that differ from place to place and from seed to seed. */
    static byte[] pattern(int seed, int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (seed * 31 + i * 7 + (i >> 8) + (i >> 16) + 1);
        }
        return bytes;
    }

    static HttpResponse<byte[]> send(HttpRequest.Builder request) {
        try {
            return CLIENT.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    static CompletableFuture<HttpResponse<byte[]>> sendAsync(HttpRequest.Builder request) {
        return CLIENT.sendAsync(request.build(), BodyHandlers.ofByteArray());
    }

    static HttpResponse<InputStream> open(HttpRequest.Builder request) throws IOException, InterruptedException {
        return CLIENT.send(request.build(), BodyHandlers.ofInputStream());
    }

    static HttpRequest.Builder request(URI uri) {
        return HttpRequest.newBuilder(uri);
    }

    /** Puts an object and gives its reference. */
    static String put(TestPod pod, byte[] object, int retrievals) {
        HttpResponse<byte[]> created =
                send(request(pod.api("/v1/objects?retrievals=" + retrievals)).POST(BodyPublishers.ofByteArray(object)));
        if (created.statusCode() != 201) {
            throw new AssertionError("put: " + created.statusCode() + " " + new String(created.body(), UTF_8));
        }
        return new String(created.body(), UTF_8);
    }

    static HttpRequest.Builder get(TestPod pod, String reference) {
        return request(pod.api("/v1/objects/" + reference)).GET();
    }

    static String code(HttpResponse<?> response) {
        return response.headers().firstValue("Baton-Error").orElse("");
    }
}
