package dev.baton.wire;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** One request to another host. Not a value: an exchange is equal to itself alone. Event loop of its connection only. */
public final class WireExchange {
    /** Exactly one of responded and failed is called, once. */
    public interface Answer {
        /** Whether anybody still waits; asked before the request is sent. If not, nothing is sent and nothing is told. */
        boolean wanted();

        /** The request is about to leave on this connection. */
        void started(WireConnection connection);

        /** The response's head is there. The body must be read or cancelled. Interim responses are left out. */
        void responded(HttpResponse head, BodyPipe body);

        void failed(WireFailure failure);
    }

    private final HttpRequest head;
    private final @Nullable Flux<ByteBuf> body;
    private final boolean hold;
    private final Answer answer;

    /**
     * @param head sent as it is; its framing fields must fit {@code body}
     * @param body the request's body, read once the connection stands; null for none
     * @param hold the connection stays with this exchange after the response, until its user gives it up
     * @param answer who is told
     */
    public WireExchange(HttpRequest head, @Nullable Flux<ByteBuf> body, boolean hold, Answer answer) {
        this.head = head;
        this.body = body;
        this.hold = hold;
        this.answer = answer;
    }

    HttpRequest head() {
        return head;
    }

    @Nullable
    Flux<ByteBuf> body() {
        return body;
    }

    boolean hold() {
        return hold;
    }

    /** Who is told. */
    public Answer answer() {
        return answer;
    }
}
