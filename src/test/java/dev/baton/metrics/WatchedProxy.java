package dev.baton.metrics;

import dev.baton.config.Environment;
import dev.baton.config.SidecarConfig;
import dev.baton.http.EventLoops;
import dev.baton.http.Listener;
import dev.baton.probe.HealthHandler;
import dev.baton.probe.Readiness;
import dev.baton.proxy.MainPipeline;
import dev.baton.proxy.ProxyHooks;
import dev.baton.proxy.ProxyLog;
import dev.baton.proxy.TrafficObserver;
import dev.baton.proxy.Watcher;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;

/** The main port with everything that watches it, in front of a program that speaks HTTP/1.1 and h2c. */
public final class WatchedProxy implements AutoCloseable {
    private final EventLoops loops = new EventLoops(2, "watch-test");
    private final Channel listener;
    private final DisposableServer program;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(60)).build();

    /** Settings are variable, value, variable, value. */
    public WatchedProxy(Observation observation, String... settings) throws IOException {
        program = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .protocol(HttpProtocol.HTTP11, HttpProtocol.H2C)
                .route(routes -> routes.get("/missing", (request, response) -> response.status(404)
                                .send())
                        .get("/broken", (request, response) -> response.status(500)
                                .send())
                        .get("/never", (request, response) -> Mono.never())
                        .get("/cut", (request, response) -> response.header("content-length", "1000")
                                .sendString(Flux.just("part").concatWith(Flux.error(new IOException("cut")))))
                        .get(
                                "/fields",
                                (request, response) -> response.sendString(Mono.just(
                                        String.valueOf(request.requestHeaders().entries()))))
                        .post(
                                "/echo",
                                (request, response) -> response.send(
                                        request.receive().aggregate().retain()))
                        .get("/hello", (request, response) -> response.sendString(Mono.just("hello"))))
                .bindNow();
        SidecarConfig config = SidecarConfig.read(Environment.minimal()
                .with("SERVING_POD_IP", "127.0.0.1", "USER_PORT", Integer.toString(programPort()))
                .with(settings)
                .variables());
        Readiness readiness = new Readiness(config.probes(), loops, line -> {});
        MainPipeline pipeline = new MainPipeline(
                config.proxy(),
                config.timeouts(),
                new InetSocketAddress(config.bind().user(), config.ports().user()),
                new ProxyHooks(
                        () -> new HealthHandler(readiness::check, () -> false, () -> {}),
                        () -> null,
                        () -> null,
                        () -> null,
                        () -> null,
                        new Uncounted(),
                        inFlight -> {
                            Observation.Handlers handlers = observation.handlers(inFlight);
                            return new Watcher.Handlers(
                                    handlers.whole(), handlers.proxied(), handlers.running(), handlers.upstream());
                        },
                        new Unheard()));
        listener = Listener.bind(loops, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), pipeline);
    }

    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    public int programPort() {
        return program.port();
    }

    /** From now on the program cannot be reached. */
    void endProgram() {
        program.disposeNow();
    }

    /** What came back. */
    public record Answer(int statusCode, String body) {}

    /** Fields are name, value, name, value. HTTP/2 is spoken from the first octet on. */
    public Answer send(HttpClient.Version version, String method, String path, String body, String... fields)
            throws IOException, InterruptedException {
        if (version == HttpClient.Version.HTTP_2) {
            Answer answer = reactor.netty.http.client.HttpClient.newConnection()
                    .protocol(HttpProtocol.H2C)
                    .headers(headers -> {
                        for (int i = 0; i < fields.length; i += 2) {
                            headers.add(fields[i], fields[i + 1]);
                        }
                    })
                    .request(HttpMethod.valueOf(method))
                    .uri("http://127.0.0.1:" + port() + path)
                    .send(body.isEmpty() ? Mono.empty() : ByteBufFlux.fromString(Mono.just(body)))
                    .responseSingle((head, content) -> content.asString()
                            .defaultIfEmpty("")
                            .map(text -> new Answer(head.status().code(), text)))
                    .block(Duration.ofSeconds(100));
            if (answer == null) {
                throw new IOException("no answer");
            }
            return answer;
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .version(version)
                .timeout(Duration.ofSeconds(100))
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (fields.length > 0) {
            request.headers(fields);
        }
        HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
        return new Answer(answer.statusCode(), answer.body());
    }

    public Answer get(String path, String... fields) throws IOException, InterruptedException {
        return send(HttpClient.Version.HTTP_1_1, "GET", path, "", fields);
    }

    /** Waits until something is so; fails after a minute. What is counted is counted behind the answer. */
    public static <T> T await(Supplier<@Nullable T> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (true) {
            T there = wanted.get();
            if (there != null) {
                return there;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within a minute");
            }
            Thread.sleep(10);
        }
    }

    /** The one series of a family that has these labels among its own, as soon as there is one. */
    static Distribution awaitSeries(RequestMetrics metrics, String family, List<Label> labels)
            throws InterruptedException {
        return await(() -> series(metrics, family, labels));
    }

    static @Nullable Distribution series(RequestMetrics metrics, String family, List<Label> labels) {
        return metrics.collect(new KnativeNames("127.0.0.1", 8080)).stream()
                .filter(each -> each.name().equals(family))
                .flatMap(each -> each.points().stream())
                .filter(point -> point.labels().containsAll(labels))
                .map(point -> ((Point.Spread) point).distribution())
                .findFirst()
                .orElse(null);
    }

    @Override
    public void close() {
        client.close();
        listener.close().awaitUninterruptibly();
        loops.close();
        program.disposeNow();
    }

    private static final class Uncounted implements TrafficObserver {
        @Override
        public void arrived(boolean viaActivator) {}

        @Override
        public void finished(boolean viaActivator) {}
    }

    private static final class Unheard implements ProxyLog {
        @Override
        public void warn(String message) {}

        @Override
        public void error(String message, String error, @Nullable Throwable cause) {}
    }
}
