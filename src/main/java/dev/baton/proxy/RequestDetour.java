package dev.baton.proxy;

import dev.baton.http.KnownBody;
import dev.baton.http.OutputEnd;
import dev.baton.http.ReadGate;
import dev.baton.http.ServerCodec;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The body of one large request that leaves the client's socket for the program's another way, as far as it has not been read yet. Until
 * the way is taken, or turns out not to be there, the client is not read. Event loop only.
 */
final class RequestDetour {
    private final Channel front;
    private final Splices splices;
    private final KnownBody body;
    private final ReadGate gate;
    private boolean started;

    private RequestDetour(Channel front, Splices splices, KnownBody body, ReadGate gate) {
        this.front = front;
        this.splices = splices;
        this.body = body;
        this.gate = gate;
    }

    /** Null if the body of the request that has just begun has to come as messages. */
    static @Nullable RequestDetour wanted(ChannelHandlerContext ctx, Splices splices, ReadGate gate) {
        ServerCodec codec = ctx.pipeline().get(ServerCodec.class);
        if (codec == null || !codec.requestBody().open() || ctx.pipeline().get(OutputEnd.TLS) != null) {
            return null;
        }
        gate.hold(ReadGate.Reason.DETOUR);
        return new RequestDetour(ctx.channel(), splices, codec.requestBody(), gate);
    }

    /** All that has been read of the request is on its way to the program's connection. Only the first call counts. */
    void start(Channel program) {
        if (started) {
            return;
        }
        started = true;
        ChannelOutboundBuffer waiting = program.unsafe().outboundBuffer();
        SpliceDetour way = !body.open() || waiting == null || !waiting.isEmpty()
                ? null
                : splices.between(front, program, body, this::goOn);
        if (way == null) {
            goOn();
        } else {
            way.start();
        }
    }

    private void goOn() {
        gate.release(ReadGate.Reason.DETOUR);
    }

    /** The exchange is over: what is left of the body comes in the ordinary way. */
    void end() {
        started = true;
        body.returnToSocket();
        goOn();
    }
}
