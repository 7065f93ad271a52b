package dev.baton.wasm;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.nio.ByteBuffer;

/** An answer in linear memory as a buffer of Netty's: no copy, and the guest is let go when the last reference to it is. */
final class AnswerBuf extends UnpooledDirectByteBuf {
    private final Runnable letGo;

    /** @param letGo run on the thread that drops the last reference, so it must only pass the word on */
    AnswerBuf(ByteBufAllocator allocator, ByteBuffer view, Runnable letGo) {
        super(allocator, view, view.remaining());
        this.letGo = letGo;
    }

    @Override
    protected void deallocate() {
        try {
            super.deallocate();
        } finally {
            letGo.run();
        }
    }
}
