package dev.baton.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollSocketChannel;

/**
 * The messages of one connection, one after the other: length, body, and the receipt back. Anything that goes wrong ends the process,
 * because a figure of a run that failed in the middle must not be taken for one. Event loop only.
 */
abstract class RelayedMessages {
    final EpollSocketChannel source;
    final EpollSocketChannel sink;

    private long headBytes;
    private long head;

    RelayedMessages(EpollSocketChannel source, EpollSocketChannel sink) {
        this.source = source;
        this.sink = sink;
    }

    /** A message of that length begins; nothing has been sent of it. */
    abstract void begin(long length);

    /** Some of its body has been read; the buffer is this method's. */
    abstract void body(ByteBuf bytes);

    /** All that was to be read in one go has been. */
    abstract void burst();

    /** The next host has sent its receipt; the buffer is this method's. */
    abstract void receipt(ByteBuf bytes);

    ChannelHandler fromSource() {
        return new Ending() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ByteBuf bytes = (ByteBuf) message;
                while (headBytes < Long.BYTES && bytes.isReadable()) {
                    head = head << Byte.SIZE | bytes.readUnsignedByte();
                    if (++headBytes == Long.BYTES) {
                        begin(head);
                    }
                }
                body(bytes);
            }

            @Override
            public void channelReadComplete(ChannelHandlerContext ctx) {
                if (headBytes == Long.BYTES) {
                    burst();
                }
            }
        };
    }

    ChannelHandler fromSink() {
        return new Ending() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                receipt((ByteBuf) message);
            }
        };
    }

    /** The next message may come. */
    void next() {
        headBytes = 0;
        head = 0;
    }

    ByteBuf headOf(long length) {
        return source.alloc().directBuffer(Long.BYTES).writeLong(length);
    }

    static void fail(Throwable cause) {
        System.err.println("relay: " + cause);
        Runtime.getRuntime().halt(1);
    }

    /** The end of one connection is the end of the other. */
    private class Ending extends ChannelInboundHandlerAdapter {
        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            Channel other = ctx.channel() == source ? sink : source;
            other.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            fail(cause);
        }
    }
}
