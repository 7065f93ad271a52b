package dev.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/** Complete responses that the sidecar makes itself. Each call gives a new one; the caller writes or releases it. Any thread. */
public final class Answers {
    /** On an answer made by a sidecar and not by a function: {@code <code>; reached=no|maybe}. */
    public static final AsciiString BATON_ERROR = AsciiString.cached("baton-error");

    private static final AsciiString TEXT = AsciiString.cached("text/plain; charset=utf-8");
    private static final AsciiString PROBLEM_JSON = AsciiString.cached("application/problem+json");
    private static final AsciiString CONTENT_TYPE_OPTIONS = AsciiString.cached("x-content-type-options");
    private static final AsciiString NOSNIFF = AsciiString.cached("nosniff");

    private Answers() {}

    /** {@code text/plain} with exactly these characters as body. */
    public static FullHttpResponse text(HttpResponseStatus status, String body) {
        return answer(status, TEXT, body);
    }

    /** As Go's {@code http.Error}, which the queue-proxy uses: the text, a newline, and {@code X-Content-Type-Options: nosniff}. */
    public static FullHttpResponse error(HttpResponseStatus status, String message) {
        FullHttpResponse response = answer(status, TEXT, message + '\n');
        response.headers().set(CONTENT_TYPE_OPTIONS, NOSNIFF);
        return response;
    }

    /** No body; {@code Content-Length: 0} except where the status forbids one. */
    public static FullHttpResponse empty(HttpResponseStatus status) {
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
        int code = status.code();
        if (code >= 200 && code != 204 && code != 304) {
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, "0");
        }
        return response;
    }

    /** {@code application/problem+json}, with {@code Baton-Error: <code>; reached=no}. */
    public static FullHttpResponse problem(Problem problem) {
        return problem(problem, Reached.NO);
    }

    /** {@code application/problem+json}, with {@code Baton-Error}. */
    public static FullHttpResponse problem(Problem problem, Reached reached) {
        FullHttpResponse response = answer(HttpResponseStatus.valueOf(problem.status()), PROBLEM_JSON, problem.json());
        return mark(response, problem.code(), reached);
    }

    /** Sets {@code Baton-Error}, so that the caller's sidecar knows who answered, and whether it may try again. */
    public static <R extends HttpResponse> R mark(R response, String code, Reached reached) {
        response.headers().set(BATON_ERROR, code + "; reached=" + reached.word());
        return response;
    }

    /** As {@link #mark(HttpResponse, String, Reached)}, with what was exceeded or missing, such as {@code limit=idle 5s}. */
    public static <R extends HttpResponse> R mark(R response, String code, String detail, Reached reached) {
        return mark(response, code + "; " + detail, reached);
    }

    private static FullHttpResponse answer(HttpResponseStatus status, AsciiString type, String body) {
        ByteBuf content = Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8));
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, type)
                .set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(content.readableBytes()));
        return response;
    }
}
