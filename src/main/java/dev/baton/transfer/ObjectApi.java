package dev.baton.transfer;

import dev.baton.pull.ErrorCode;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * The object API for the functions of this pod: {@code /v1/objects}, {@code /v1/invoke}, and absolute-form requests as a forward proxy. Who
 * may call it is decided before it is asked. Event loop of the request's connection only.
 */
public final class ObjectApi implements BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> {
    static final String OBJECTS = "/v1/objects";

    private static final String OBJECT = OBJECTS + "/";
    private static final String INVOKE = "/v1/invoke";

    private final PutHandler puts;
    private final GetHandler gets;
    private final InvokeHandler invokes;

    ObjectApi(PutHandler puts, GetHandler gets, InvokeHandler invokes) {
        this.puts = puts;
        this.gets = gets;
        this.invokes = invokes;
    }

    @Override
    public Publisher<Void> apply(HttpServerRequest request, HttpServerResponse response) {
        Caller caller = new Caller(request, response);
        try {
            return route(caller).onErrorResume(RefusedException.class, caller::refuse);
        } catch (RefusedException refused) {
            return caller.refuse(refused);
        }
    }

    private Mono<Void> route(Caller caller) {
        HttpMethod method = caller.request().method();
        String uri = caller.request().uri();
        if (method.equals(HttpMethod.CONNECT)) {
            throw new RefusedException(
                    ErrorCode.NOT_IMPLEMENTED, "tunnels carry what a sidecar cannot read: use plain http URLs");
        }
        if (!uri.startsWith("/")) {
            return invokes.forward(caller, uri);
        }
        int query = uri.indexOf('?');
        String path = query < 0 ? uri : uri.substring(0, query);
        if (path.equals(INVOKE)) {
            allow(caller, method, HttpMethod.POST);
            return invokes.invoke(caller);
        }
        if (path.equals(OBJECTS)) {
            allow(caller, method, HttpMethod.POST);
            return puts.handle(caller);
        }
        if (path.startsWith(OBJECT)) {
            String reference = path.substring(OBJECT.length());
            if (method.equals(HttpMethod.DELETE)) {
                return gets.delete(caller, reference);
            }
            allow(caller, method, HttpMethod.GET);
            return gets.get(caller, reference);
        }
        throw new RefusedException(ErrorCode.NOT_FOUND, "the object API has no such path");
    }

    private static void allow(Caller caller, HttpMethod method, HttpMethod only) {
        if (!method.equals(only)) {
            caller.response().header(HttpHeaderNames.ALLOW, only.name());
            throw new RefusedException(ErrorCode.METHOD_NOT_ALLOWED, "use " + only.name() + " here");
        }
    }
}
