package dev.baton.admin;

import dev.baton.http.Answers;
import dev.baton.http.HttpDate;
import dev.baton.http.Problem;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.SocketAddress;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * What port 8022 serves, and to whom.
 *
 * <table>
 * <caption>First match wins; what a caller may not use does not exist for it: it is answered as the queue-proxy answers.</caption>
 * <tr><th>target</th><th>from inside the pod</th><th>from elsewhere</th></tr>
 * <tr><td>{@code /wait-for-drain}, any method</td><td>preStop hook</td><td>preStop hook (the kubelet)</td></tr>
 * <tr><td>{@code /v1/...}, absolute form, CONNECT</td><td>object API</td><td>404</td></tr>
 * <tr><td>{@code /actuator/{health,health/x,info,prometheus}}</td><td>control plane</td><td>control plane</td></tr>
 * <tr><td>{@code /actuator/...}</td><td>control plane</td><td>404</td></tr>
 * </table>
 *
 * <p>Until the control plane is up, what belongs to it gets 503 and {@code Retry-After}. Event loop only, but for attaching.
 */
public final class AdminRoutes implements BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> {
    private static final String API = "/v1/";
    private static final String HEALTH = "/actuator/health";
    private static final Problem STARTING =
            new Problem(503, "starting", "The control plane is starting", "Try again in a second.");

    private final Inside inside;
    private final Consumer<Runnable> hooks;
    private final BiFunction<HttpServerRequest, HttpServerResponse, ? extends Publisher<Void>> objects;
    private volatile @Nullable BiFunction<HttpServerRequest, HttpServerResponse, ? extends Publisher<Void>>
            controlPlane;

    /**
     * @param hooks takes what is to run when a preStop hook may be answered
     * @param objects the object API with its forward proxy
     */
    public AdminRoutes(
            Inside inside,
            Consumer<Runnable> hooks,
            BiFunction<HttpServerRequest, HttpServerResponse, ? extends Publisher<Void>> objects) {
        this.inside = inside;
        this.hooks = hooks;
        this.objects = objects;
    }

    /** From now on the control plane answers for itself; null takes that back. Any thread. */
    public void controlPlane(
            @Nullable BiFunction<HttpServerRequest, HttpServerResponse, ? extends Publisher<Void>> handler) {
        controlPlane = handler;
    }

    /**
     * Whether a request is answered here, and not as the queue-proxy's admin server answers it.
     *
     * @param target as it was sent
     * @param local the address that was called
     * @param remote the address of the caller
     */
    boolean serves(String target, @Nullable SocketAddress local, @Nullable SocketAddress remote) {
        if (!target.startsWith("/") || target.startsWith(API)) {
            return inside.test(local, remote);
        }
        String path = path(target);
        boolean forControlPlane = path.equals("/actuator") || path.startsWith("/actuator/");
        return forControlPlane && (isPublic(path) || inside.test(local, remote));
    }

    /** Runs it when a preStop hook may be answered, on any thread. */
    void holdHook(Runnable answer) {
        hooks.accept(answer);
    }

    /** Answers what it {@link #serves}. */
    @Override
    public Publisher<Void> apply(HttpServerRequest request, HttpServerResponse response) {
        String target = request.uri();
        if (!target.startsWith("/") || target.startsWith(API)) {
            return objects.apply(request, response);
        }
        var attached = controlPlane;
        return attached != null ? attached.apply(request, response) : starting(response);
    }

    /** Compared as it was sent: an escaped or padded spelling is none of these. */
    private static boolean isPublic(String path) {
        return path.equals("/actuator/info")
                || path.equals("/actuator/prometheus")
                || path.equals(HEALTH)
                || (path.startsWith(HEALTH + "/") && isWord(path, HEALTH.length() + 1));
    }

    private static boolean isWord(String path, int from) {
        for (int i = from; i < path.length(); i++) {
            char c = path.charAt(i);
            if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-')) {
                return false;
            }
        }
        return true;
    }

    private static Mono<Void> starting(HttpServerResponse response) {
        FullHttpResponse answer = Answers.problem(STARTING);
        answer.headers().set(HttpHeaderNames.RETRY_AFTER, "1");
        return send(response, answer);
    }

    private static Mono<Void> send(HttpServerResponse response, FullHttpResponse answer) {
        answer.headers().set(HttpHeaderNames.DATE, HttpDate.now());
        return response.status(answer.status())
                .headers(answer.headers())
                .sendObject(answer.content())
                .then();
    }

    private static String path(String target) {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }
}
