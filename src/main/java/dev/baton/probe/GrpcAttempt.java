package dev.baton.probe;

import dev.baton.config.ProbeSpec;
import dev.baton.http.NetFailure;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The gRPC health checking protocol's Check, in clear text; ready when it says SERVING. Its two messages are small enough to be
 * written and read by hand: a request is a service's name as field 1. Event loop only.
 */
final class GrpcAttempt implements Attempt {
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
                                (answer, none) -> outcome.done(
                                        answer == null
                                                ? GrpcVerdict.of(none, NetFailure.hostPort(target), timeoutMillis)
                                                : GrpcVerdict.of(answer, timeoutMillis)))
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
}
