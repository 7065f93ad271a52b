package dev.baton.probe;

import dev.baton.http.GoDuration;
import dev.baton.http.GoStatus;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What an answer to a health check of gRPC means, null for ready, and otherwise in the words of Knative's probe over Go's client
 * of gRPC, which people look for in a pod's events (pkg/queue/health/probe.go; internal/transport/http2_client.go). A response is
 * one message: a flag, a length in four bytes, a status as field 1. Pure.
 */
final class GrpcVerdict {
    private static final String[] CODES = {
        "OK",
        "Canceled",
        "Unknown",
        "InvalidArgument",
        "DeadlineExceeded",
        "NotFound",
        "AlreadyExists",
        "PermissionDenied",
        "ResourceExhausted",
        "FailedPrecondition",
        "Aborted",
        "OutOfRange",
        "Unimplemented",
        "Internal",
        "Unavailable",
        "DataLoss",
        "Unauthenticated"
    };
    private static final String[] STATUS = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
    private static final String DEADLINE_EXCEEDED = "DeadlineExceeded";
    private static final String INTERNAL = "Internal";
    private static final String UNAVAILABLE = "Unavailable";
    private static final String UNIMPLEMENTED = "Unimplemented";
    private static final String UNKNOWN = "Unknown";
    private static final String GRPC = "application/grpc";
    private static final int SERVING = 1;
    private static final int PREFIX_BYTES = 5;

    private GrpcVerdict() {}

    /** @param target host and port */
    static String of(Http2Ask.@Nullable Failure failure, String target, int timeoutMillis) {
        if (failure == null || !failure.spoke()) {
            // Go's client tries again until the time is over; that nothing else came of it is known now.
            return "failed to connect service \"" + target + "\" within " + duration(timeoutMillis) + ": "
                    + Http2Ask.DEADLINE;
        }
        if (failure.text().equals(Http2Ask.DEADLINE)) {
            return failed(DEADLINE_EXCEEDED, failure.text(), timeoutMillis);
        }
        if (failure.reset() >= 0) {
            Http2Error error = Http2Error.valueOf(failure.reset());
            return failed(
                    codeOf(error), "stream terminated by RST_STREAM with error code: " + nameOf(error), timeoutMillis);
        }
        return failed(UNAVAILABLE, "error reading from server: " + failure.text(), timeoutMillis);
    }

    static @Nullable String of(Http2Ask.Answer answer, int timeoutMillis) {
        CharSequence type = answer.head().get("content-type");
        if (type == null || !type.toString().startsWith(GRPC)) {
            return otherContent(answer.status(), type, timeoutMillis);
        }
        Http2Headers trailers = answer.trailers();
        if (trailers == null) {
            return failed(INTERNAL, "server closed the stream without sending trailers", timeoutMillis);
        }
        String code = code(trailers.get("grpc-status"));
        if (!code.equals(CODES[0])) {
            CharSequence message = trailers.get("grpc-message");
            return failed(code, message == null ? "" : unescaped(message), timeoutMillis);
        }
        return messages(answer.body(), timeoutMillis);
    }

    private static String otherContent(int status, @Nullable CharSequence type, int timeoutMillis) {
        String words = type == null
                ? "malformed header: missing HTTP content-type"
                : "transport: received unexpected content-type \"" + type + '"';
        if (status == 200) {
            return failed(UNKNOWN, words, timeoutMillis);
        }
        String code =
                switch (status) {
                    case 400 -> INTERNAL;
                    case 401 -> "Unauthenticated";
                    case 403 -> "PermissionDenied";
                    case 404 -> UNIMPLEMENTED;
                    case 429, 502, 503, 504 -> UNAVAILABLE;
                    default -> UNKNOWN;
                };
        String reason = GoStatus.of(status).reasonPhrase();
        return failed(
                code,
                "unexpected HTTP status code received from server: " + status + " (" + reason + "); " + words,
                timeoutMillis);
    }

    private static @Nullable String messages(ByteBuffer body, int timeoutMillis) {
        if (!body.hasRemaining()) {
            return "health rpc probe failed: EOF";
        }
        if (body.remaining() < PREFIX_BYTES) {
            return failed(INTERNAL, "unexpected EOF", timeoutMillis);
        }
        if (body.get(0) != 0) {
            return failed(INTERNAL, "grpc: compressed flag set with identity or empty encoding", timeoutMillis);
        }
        int length = body.getInt(1);
        if (length < 0 || body.remaining() - PREFIX_BYTES < length) {
            return failed(INTERNAL, "unexpected EOF", timeoutMillis);
        }
        if (body.remaining() - PREFIX_BYTES > length) {
            return failed(UNKNOWN, "grpc: client streaming protocol violation: get <nil>, want <EOF>", timeoutMillis);
        }
        // UNKNOWN is 0, which protobuf leaves out.
        boolean told = length >= 2 && body.get(PREFIX_BYTES) == 1 << 3;
        int status = told ? body.get(PREFIX_BYTES + 1) : 0;
        if (status == SERVING) {
            return null;
        }
        String name = status >= 0 && status < STATUS.length ? STATUS[status] : Integer.toString(status);
        return "service unhealthy (responded with \"" + name + "\")";
    }

    private static String failed(String code, String description, int timeoutMillis) {
        String what =
                switch (code) {
                    case UNIMPLEMENTED ->
                        "this server does not implement the grpc health protocol (grpc.health.v1.Health) ";
                    case DEADLINE_EXCEEDED -> "health rpc did not complete within " + duration(timeoutMillis) + ": ";
                    default -> "health rpc probe failed: ";
                };
        return what + "rpc error: code = " + code + " desc = " + description;
    }

    private static String code(@Nullable CharSequence number) {
        if (number == null) {
            return UNKNOWN;
        }
        try {
            int code = Integer.parseInt(number.toString());
            return code >= 0 && code < CODES.length ? CODES[code] : "Code(" + code + ")";
        } catch (NumberFormatException none) {
            return UNKNOWN;
        }
    }

    private static String codeOf(@Nullable Http2Error error) {
        return switch (error) {
            case null -> UNKNOWN;
            case REFUSED_STREAM -> UNAVAILABLE;
            case CANCEL -> "Canceled";
            case FLOW_CONTROL_ERROR, ENHANCE_YOUR_CALM -> "ResourceExhausted";
            case INADEQUATE_SECURITY -> "PermissionDenied";
            default -> INTERNAL;
        };
    }

    private static String nameOf(@Nullable Http2Error error) {
        return error == null ? "unknown" : error.name();
    }

    /** Percent signs and what they stand for, as gRPC sends texts. */
    private static String unescaped(CharSequence text) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int high = c == '%' && i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), 16);
            if (low < 0) {
                octets.write(c);
            } else {
                octets.write(high << 4 | low);
                i += 2;
            }
        }
        return octets.toString(StandardCharsets.UTF_8);
    }

    private static String duration(int millis) {
        return GoDuration.format(TimeUnit.MILLISECONDS.toNanos(millis));
    }
}
