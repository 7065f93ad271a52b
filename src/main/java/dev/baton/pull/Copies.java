package dev.baton.pull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import reactor.core.publisher.Flux;

/** Buffers that outlive the memory they came from. */
public final class Copies {
    private Copies() {}

    public static Flux<ByteBuf> of(Flux<ByteBuf> views) {
        return views.map(view -> {
            try {
                return ByteBufAllocator.DEFAULT
                        .directBuffer(view.readableBytes())
                        .writeBytes(view);
            } finally {
                view.release();
            }
        });
    }
}
