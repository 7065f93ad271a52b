package dev.baton.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.floods.Block;
import dev.baton.floods.RawHttp2;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Test 26, CONTINUATION: a header block without end costs what one head may have, and no octet more. */
final class Http2GuardTest {
    private static final int LIMIT_BYTES = 64 * 1024;
    private static final int FRAME_HEAD_BYTES = 9;

    /** Counts what the guard lets through to the codec, which gathers it. */
    private static final class Codec extends ChannelInboundHandlerAdapter {
        private int bytes;
        private boolean told;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            bytes += ((ByteBuf) message).readableBytes();
            ((ByteBuf) message).release();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            told = cause instanceof Http2Exception;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000, 16_384})
    void noMoreOfABlockIsPassedOnThanAHeadMayHave(int frameBytes) {
        // Frames alone would end it much sooner, if they are small.
        GuardLimits limits = new GuardLimits(LIMIT_BYTES, 256, 10_000, 60_000, 100, 30_000, 300_000, 1 << 30, false);
        Codec codec = new Codec();
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.pipeline().addLast(new Http2Guard(limits, new DefaultHttp2Connection(true)), codec);
        channel.writeInbound(Unpooled.wrappedBuffer(RawHttp2.PREFACE, RawHttp2.settings()));
        int before = codec.bytes;

        channel.writeInbound(Unpooled.wrappedBuffer(
                RawHttp2.frame(RawHttp2.HEADERS, 0, 1, Block.get("/").octets())));
        byte[] more = RawHttp2.frame(RawHttp2.CONTINUATION, 0, 1, new byte[frameBytes]);
        int frames = 1;
        while (!codec.told) {
            channel.writeInbound(Unpooled.wrappedBuffer(more));
            frames++;
            assertThat(frames * frameBytes).as("sent").isLessThan(2 * LIMIT_BYTES);
        }

        assertThat(codec.bytes - before - frames * FRAME_HEAD_BYTES)
                .as("octets of the block")
                .isLessThanOrEqualTo(LIMIT_BYTES);
        int passed = codec.bytes;
        channel.writeInbound(Unpooled.wrappedBuffer(more));
        assertThat(codec.bytes).as("after the end").isEqualTo(passed);
        channel.finishAndReleaseAll();
    }

    /** With the real codec behind it, by the count of an allocator that nobody else uses. */
    @Test
    void aConnectionHoldsNoMoreThanThat() {
        UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false);
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setAllocator(memory);
        new Http2Server(GuardLimits.DEFAULT, (pipeline, http1) -> {}).install(channel.pipeline());
        channel.writeInbound(Unpooled.wrappedBuffer(RawHttp2.PREFACE, RawHttp2.settings()));
        channel.releaseOutbound();
        long before = memory.metric().usedHeapMemory() + memory.metric().usedDirectMemory();

        channel.writeInbound(Unpooled.wrappedBuffer(
                RawHttp2.frame(RawHttp2.HEADERS, 0, 1, Block.get("/").octets())));
        byte[] more = RawHttp2.frame(RawHttp2.CONTINUATION, 0, 1, new byte[4096]);
        long most = 0;
        for (int i = 0; i < 1000 && channel.isOpen(); i++) {
            channel.writeInbound(Unpooled.wrappedBuffer(more));
            long used = memory.metric().usedHeapMemory() + memory.metric().usedDirectMemory();
            most = Math.max(most, used - before);
        }
        channel.releaseOutbound();
        channel.advanceTimeBy(1, java.util.concurrent.TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();

        assertThat(channel.isOpen()).isFalse();
        assertThat(most).as("octets held").isBetween((long) LIMIT_BYTES / 2, (long) LIMIT_BYTES);
        channel.finishAndReleaseAll();
        assertThat(memory.metric().usedHeapMemory() + memory.metric().usedDirectMemory())
                .as("octets left")
                .isLessThanOrEqualTo(before);
    }

    @Test
    void whatOneReadBringsBeyondSomeDozenFramesWaitsForTheNextTurnAndStaysInOrder() {
        ByteBuf passed = Unpooled.buffer();
        EmbeddedChannel channel = guarded(passed);
        ByteBuf sent = aHundredPings();
        channel.writeInbound(sent.copy());
        assertThat(passed.readableBytes()).isBetween(1, sent.readableBytes() / 2);
        assertThat(channel.config().isAutoRead()).isFalse();

        byte[] later = RawHttp2.frame(RawHttp2.PING, 0, 0, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        sent.writeBytes(later);
        channel.writeInbound(Unpooled.wrappedBuffer(later));
        for (int turns = 0; turns < 100 && !channel.config().isAutoRead(); turns++) {
            channel.advanceTimeBy(1, java.util.concurrent.TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
        }
        assertThat(passed).isEqualTo(sent);
        assertThat(channel.config().isAutoRead()).isTrue();
        channel.finishAndReleaseAll();
        passed.release();
        sent.release();
    }

    @Test
    void aConnectionThatEndsWhileSomeOfItWaitsLeavesNoBuffer() {
        ByteBuf passed = Unpooled.buffer();
        EmbeddedChannel channel = guarded(passed);
        ByteBuf sent = aHundredPings();
        channel.writeInbound(sent);
        assertThat(sent.refCnt()).isPositive();
        channel.close();
        assertThat(sent.refCnt()).isZero();
        channel.finishAndReleaseAll();
        passed.release();
    }

    private static EmbeddedChannel guarded(ByteBuf passed) {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.pipeline()
                .addLast(new Http2Guard(GuardLimits.DEFAULT, new DefaultHttp2Connection(true)), new Sink(passed));
        return channel;
    }

    /** With the connection's beginning ahead of them, each told from the others. */
    private static ByteBuf aHundredPings() {
        ByteBuf sent = Unpooled.buffer().writeBytes(RawHttp2.PREFACE).writeBytes(RawHttp2.settings());
        for (int i = 0; i < 100; i++) {
            sent.writeBytes(RawHttp2.frame(RawHttp2.PING, 0, 0, new byte[] {0, 0, 0, 0, 0, 0, 0, (byte) i}));
        }
        return sent;
    }

    /** Stands where the codec does. */
    private static final class Sink extends ChannelInboundHandlerAdapter {
        private final ByteBuf passed;

        Sink(ByteBuf passed) {
            this.passed = passed;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            passed.writeBytes(in);
            in.release();
        }
    }
}
