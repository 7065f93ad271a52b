package dev.baton.transfer;

import dev.baton.http.Answers;
import dev.baton.http.Problem;
import dev.baton.wire.ChannelPump;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** One request of the object API and the way to answer it. Event loop of its connection, if nothing else is said. */
final class Caller {
    /** Bodies up to this size leave in one write with their head. */
    private static final int GATHER_BYTES_MAX = 32 << 10;

    private static final String PROBLEM_JSON = "application/problem+json";

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Channel channel;

    Caller(HttpServerRequest request, HttpServerResponse response) {
        this.request = request;
        this.response = response;
        this.channel = ((ChannelOperations<?, ?>) response).channel();
    }

    HttpServerRequest request() {
        return request;
    }

    HttpServerResponse response() {
        return response;
    }

    Channel channel() {
        return channel;
    }

    EventLoop loop() {
        return channel.eventLoop();
    }

    /** Answers with an error of this sidecar's own. */
    Mono<Void> refuse(RefusedException refused) {
        if (response.hasSentHeaders()) {
            return breakOff();
        }
        Problem problem = refused.code().problem(refused.detail());
        response.status(problem.status())
                .header(HttpHeaderNames.CONTENT_TYPE, PROBLEM_JSON)
                .header(
                        Answers.BATON_ERROR,
                        problem.code() + "; reached=" + refused.reached().word());
        if (refused.code().passing()) {
            response.header(HttpHeaderNames.RETRY_AFTER, "1");
        }
        return whole(problem.json());
    }

    /** Sends the text as the whole body, behind what has been set as status and fields. */
    Mono<Void> whole(String body) {
        return whole(Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8)));
    }

    private Mono<Void> whole(ByteBuf body) {
        response.header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.readableBytes()));
        return response.sendObject(body).then();
    }

    /** Sends the answer; its end is told in every case, that of a caller who leaves included. */
    Mono<Void> send(Answer answer, int windowBytes) {
        response.status(answer.status());
        HttpHeaders fields = response.responseHeaders();
        try {
            for (Map.Entry<String, String> field : answer.fields()) {
                fields.add(field.getKey(), field.getValue());
            }
        } catch (IllegalArgumentException unsound) {
            // A function may say what no HTTP message may carry.
            return told(answer, Mono.error(unsound));
        }
        int code = answer.status().code();
        if (request.method().equals(HttpMethod.HEAD) || code == 204 || code == 304) {
            if (answer.size() >= 0 && code != 204) {
                fields.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(answer.size()));
            }
            return told(answer, answer.body().doOnNext(ByteBuf::release).then(Mono.defer(response::send)));
        }
        if (answer.size() >= 0) {
            fields.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(answer.size()));
            fields.remove(HttpHeaderNames.TRANSFER_ENCODING);
            if (answer.size() <= GATHER_BYTES_MAX) {
                return told(
                        answer,
                        Gathering.of(answer.body(), channel.alloc(), (int) answer.size())
                                .flatMap(whole -> response.sendObject(whole).then()));
            }
        } else {
            fields.remove(HttpHeaderNames.CONTENT_LENGTH);
            fields.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        response.trailerHeaders(
                trailing -> addTrailers(trailing, answer.trailers().get()));
        return Mono.create(sink -> new Streaming(answer, sink).start(windowBytes));
    }

    /** For bodies that leave in one write: tells the answer's end how that went. */
    private Mono<Void> told(Answer answer, Mono<Void> sending) {
        long bytes = Math.max(0, answer.size());
        return sending.doOnSuccess(done -> answer.end().whole(bytes))
                .doOnCancel(() -> answer.end().broken(0))
                .onErrorResume(broken -> {
                    answer.end().broken(0);
                    if (!response.hasSentHeaders()) {
                        response.responseHeaders().clear();
                    }
                    return refuse(answer.brokenOff());
                });
    }

    /** A body that leaves at the pace of the function that reads it. */
    private final class Streaming implements ChannelPump.End {
        private final Answer answer;
        private final MonoSink<Void> sink;
        private boolean pumping;
        private boolean over;

        Streaming(Answer answer, MonoSink<Void> sink) {
            this.answer = answer;
            this.sink = sink;
        }

        void start(int windowBytes) {
            sink.onCancel(this::left);
            response.then().subscribe(nothing -> {}, failed -> left(), () -> {
                if (!over) {
                    pumping = true;
                    answer.body().subscribe(new ChannelPump(channel, windowBytes, answer.splice(), this));
                }
            });
        }

        /** The caller has gone. While the pump is at work it is the pump that knows when no buffer is in use any more. */
        private void left() {
            channel.close();
            if (!pumping) {
                end(() -> answer.end().broken(0));
            }
        }

        @Override
        public void sent(long bytes) {
            end(() -> answer.end().whole(bytes));
        }

        @Override
        public void sourceFailed(Throwable cause, long bytes) {
            channel.close();
            end(() -> answer.end().broken(bytes));
        }

        @Override
        public void channelFailed(Throwable cause, long bytes) {
            end(() -> answer.end().broken(bytes));
        }

        private void end(Runnable telling) {
            if (!over) {
                over = true;
                telling.run();
                sink.success();
            }
        }
    }

    /** The connection ends here, so that what has been sent cannot be taken for the whole. */
    private Mono<Void> breakOff() {
        channel.close();
        return Mono.empty();
    }

    private static void addTrailers(HttpHeaders trailing, HttpHeaders given) {
        for (Map.Entry<String, String> field : given) {
            addTrailer(trailing, field.getKey(), field.getValue());
        }
    }

    private static void addTrailer(HttpHeaders trailing, String name, String value) {
        try {
            trailing.add(name, value);
        } catch (IllegalArgumentException notAllowed) {
            // RFC 9110, section 6.5.1: a field that frames or routes a message is none for a trailer. The others still
            // go.
        }
    }
}
