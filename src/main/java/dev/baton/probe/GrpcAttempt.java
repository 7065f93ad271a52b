package dev.baton.probe;

import dev.baton.config.ProbeSpec;
import dev.baton.http.NetFailure;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC health checking protocol's Check, in clear text; ready when it says SERVING. Its two messages are small enough to be
 * written and read by hand: a request is a service's name as field 1, a response a status as field 1. Event loop only.
 */
final class GrpcAttempt implements Attempt {
    private static final String[] STATUS = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
    private static final int SERVING = 1;
    private static final int PREFIX_BYTES = 5;

    private final ProbeSpec.Grpc probe;
    private final HostLookup lookup;

    GrpcAttempt(ProbeSpec.Grpc probe) {
        this.probe = probe;
        lookup = new HostLookup(probe.host());
    }

    @Override
    public void start(EventLoop loop, int timeoutMillis, Outcome outcome) {
        lookup.find(loop, probe.port(), (target, failure) -> {
            if (target == null) {
                outcome.done("dial tcp: " + failure);
            } else {
                new Http2Ask(
                                head(target, timeoutMillis),
                                request(probe.service()),
                                (answer, why) -> outcome.done(answer == null ? failed(why) : verdict(answer)))
                        .start(loop, target, timeoutMillis);
            }
        });
    }

    private static Http2Headers head(InetSocketAddress target, int timeoutMillis) {
        return new DefaultHttp2Headers(false)
                .method("POST")
                .scheme("http")
                .authority(NetFailure.hostPort(target))
                .path("/grpc.health.v1.Health/Check")
                .set("content-type", "application/grpc")
                .set("te", "trailers")
                .set("user-agent", HttpAttempt.USER_AGENT)
                .set("grpc-timeout", timeoutMillis + "m");
    }

    /** A gRPC message: not compressed, its length in four bytes, the protobuf. */
    static byte[] request(String service) {
        byte[] name = service.getBytes(StandardCharsets.UTF_8);
        ByteBuffer field = ByteBuffer.allocate(6 + name.length);
        if (name.length > 0) {
            field.put((byte) (1 << 3 | 2));
            int length = name.length;
            for (; length >= 0x80; length >>>= 7) {
                field.put((byte) (length | 0x80));
            }
            field.put((byte) length).put(name);
        }
        field.flip();
        return ByteBuffer.allocate(PREFIX_BYTES + field.remaining())
                .put((byte) 0)
                .putInt(field.remaining())
                .put(field)
                .array();
    }

    private static @Nullable String verdict(Http2Ask.Answer answer) {
        if (answer.status() != 200) {
            return failed("unexpected HTTP status code received from server: " + answer.status());
        }
        CharSequence code = answer.trailers().get("grpc-status");
        if (code == null || !"0".contentEquals(code)) {
            CharSequence message = answer.trailers().get("grpc-message");
            return failed("rpc error: code = " + code + " desc = " + (message == null ? "" : message));
        }
        int status = status(answer.body());
        if (status == SERVING) {
            return null;
        }
        String name = status >= 0 && status < STATUS.length ? STATUS[status] : Integer.toString(status);
        return "service unhealthy (responded with \"" + name + "\")";
    }

    /** The response's status; 0, UNKNOWN, if it has none, which is what protobuf leaves out. */
    static int status(ByteBuffer message) {
        boolean plain = message.remaining() >= PREFIX_BYTES + 2 && message.get(0) == 0;
        return plain && message.get(PREFIX_BYTES) == 1 << 3 ? message.get(PREFIX_BYTES + 1) : 0;
    }

    private static String failed(@Nullable String why) {
        return "health rpc probe failed: " + why;
    }
}
