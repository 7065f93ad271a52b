package dev.baton.transfer;

import dev.baton.wire.BrokenBodyException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** Copies of a buffer that its owner takes back at a time of its own choosing. */
final class LentBody implements AutoCloseable {
    private static final int PART_BYTES = 256 << 10;

    private @Nullable ByteBuffer source;

    LentBody(ByteBuffer source) {
        this.source = source.duplicate();
    }

    Flux<ByteBuf> body() {
        return Flux.generate(sink -> {
            ByteBuf part = part();
            if (part == null) {
                sink.error(new BrokenBodyException("the caller has gone"));
            } else if (part.isReadable()) {
                sink.next(part);
            } else {
                part.release();
                sink.complete();
            }
        });
    }

    private synchronized @Nullable ByteBuf part() {
        ByteBuffer from = source;
        if (from == null) {
            return null;
        }
        int bytes = Math.min(PART_BYTES, from.remaining());
        ByteBuf part = ByteBufAllocator.DEFAULT.directBuffer(Math.max(1, bytes));
        part.writeBytes(from.slice(from.position(), bytes));
        from.position(from.position() + bytes);
        return part;
    }

    @Override
    public synchronized void close() {
        source = null;
    }
}
