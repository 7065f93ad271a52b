package dev.baton.sdk;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The sidecar's object API over HTTP. Any thread; blocks. */
final class HttpWay implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(2);

    private final URI base;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();

    HttpWay(URI base) {
        this.base = base;
    }

    BatonObject get(String reference) throws BatonException {
        HttpResponse<InputStream> response =
                send(request("/v1/objects/" + reference).GET(), BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            throw problem(response, text(response));
        }
        return new StreamedObject(
                response.headers().firstValue("content-type").orElse(""),
                response.headers().firstValueAsLong("content-length").orElse(-1),
                response.body());
    }

    String put(BodyPublisher body, PutOptions options) throws BatonException {
        HttpResponse<String> response = send(
                request(options.target())
                        .header("Content-Type", options.contentType())
                        .POST(body),
                BodyHandlers.ofString());
        if (response.statusCode() != 201) {
            throw problem(response, response.body());
        }
        return response.body();
    }

    void delete(String reference) throws BatonException {
        HttpResponse<String> response = send(request("/v1/objects/" + reference).DELETE(), BodyHandlers.ofString());
        if (response.statusCode() != 204) {
            throw problem(response, response.body());
        }
    }

    HttpResponse<InputStream> invoke(URI target, BodyPublisher body, String... fields) throws BatonException {
        HttpRequest.Builder request =
                request("/v1/invoke").header("Baton-Target", target.toString()).POST(body);
        if (fields.length > 0) {
            request.headers(fields);
        }
        HttpResponse<InputStream> response = send(request, BodyHandlers.ofInputStream());
        if (response.headers().firstValue("baton-error").isPresent()) {
            throw problem(response, text(response));
        }
        return response;
    }

    /** @param size in bytes, or −1 */
    static BodyPublisher body(InputStream stream, long size) {
        BodyPublisher open = BodyPublishers.ofInputStream(() -> stream);
        if (size == 0) {
            return BodyPublishers.noBody();
        }
        return size < 0 ? open : BodyPublishers.fromPublisher(open, size);
    }

    /** A reference out of a message may hold anything: what is no part of a path is no reference either. */
    private HttpRequest.Builder request(String path) throws BatonException {
        try {
            return HttpRequest.newBuilder(base.resolve(path));
        } catch (IllegalArgumentException e) {
            throw BatonException.of("not-found", "no such object");
        }
    }

    private <T> HttpResponse<T> send(HttpRequest.Builder request, BodyHandler<T> handler) throws BatonException {
        try {
            return client.send(request.build(), handler);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BatonException("interrupted", new InterruptedIOException());
        } catch (IOException e) {
            throw new BatonException("no answer from " + base, e);
        }
    }

    private static BatonException problem(HttpResponse<?> response, String json) {
        return Answer.problem(response.headers().firstValue("baton-error").orElse(""), response.statusCode(), json);
    }

    private static String text(HttpResponse<InputStream> response) {
        try (InputStream body = response.body()) {
            return new String(body.readNBytes(64 << 10), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        // Not close(): that waits for exchanges whose body nobody reads any more.
        client.shutdownNow();
    }
}
