package dev.baton.transfer;

import dev.baton.config.OfferHosts;
import dev.baton.pull.ErrorCode;
import dev.baton.wire.HeldBody;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import reactor.core.publisher.Mono;

/** {@code POST /v1/invoke} and the forward proxy: both call another function; one is told whom by a field, the other by the URL. */
final class InvokeHandler {
    private static final String REFERENCE = "reference";

    private final OfferHosts offerHosts;
    private final InvokeTools tools;
    private final Keeping keeping;

    InvokeHandler(OfferHosts offerHosts, InvokeTools tools) {
        this.offerHosts = offerHosts;
        this.tools = tools;
        keeping = new Keeping(tools.uploads(), tools.references(), tools.inlineBytes());
    }

    Mono<Void> invoke(Caller caller) {
        HttpHeaders fields = caller.request().requestHeaders();
        List<String> targets = fields.getAll(BatonHeaders.TARGET);
        if (targets.size() != 1) {
            throw new RefusedException(ErrorCode.BAD_REQUEST, "say in one Baton-Target field which URL to call");
        }
        String method = fields.get(BatonHeaders.METHOD, "POST");
        return call(caller, Target.of(targets.get(0).trim()), method(method.trim()));
    }

    Mono<Void> forward(Caller caller, String url) {
        return call(caller, Target.of(url), caller.request().method());
    }

    private Mono<Void> call(Caller caller, Target target, HttpMethod method) {
        HttpHeaders given = caller.request().requestHeaders();
        boolean wantsReference =
                REFERENCE.equalsIgnoreCase(given.get(BatonHeaders.RESPONSE, "").trim());
        InvokeCall call = new InvokeCall(
                method,
                caller.request().method().equals(HttpMethod.HEAD),
                target,
                outgoing(given, target),
                RequestBody.size(given),
                offerHosts.allows(target.host()) || offerHosts.allows(target.authority()));
        HeldBody body = new HeldBody(caller.request().receive().retain(), caller.loop());
        return Mono.<Answer>create(sink -> new Invocation(call, body, caller.loop(), tools, sink).start())
                .flatMap(answer -> wantsReference ? keeping.keep(answer, caller.loop()) : Mono.just(answer))
                .flatMap(answer -> caller.send(answer, tools.limits().windowBytes()));
    }

    private static HttpHeaders outgoing(HttpHeaders given, Target target) {
        HttpHeaders fields = new DefaultHttpHeaders().set(given);
        BatonHeaders.removeHopByHop(fields);
        BatonHeaders.removeOwn(fields);
        fields.remove(HttpHeaderNames.CONTENT_LENGTH);
        // The sidecar itself tells the function to go on, when somebody reads the body.
        fields.remove(HttpHeaderNames.EXPECT);
        fields.set(HttpHeaderNames.HOST, target.authority());
        return fields;
    }

    private static HttpMethod method(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) {
                throw new RefusedException(ErrorCode.BAD_REQUEST, "Baton-Method is no method");
            }
        }
        if (name.isEmpty() || name.equals("CONNECT")) {
            throw new RefusedException(ErrorCode.BAD_REQUEST, "Baton-Method is no method that can be called");
        }
        return HttpMethod.valueOf(name);
    }
}
