package dev.baton.proxy;

import dev.baton.http.EventLoops;
import dev.baton.http.KnownBody;
import dev.baton.kernel.Descriptor;
import dev.baton.kernel.Errno;
import dev.baton.kernel.Linux;
import dev.baton.kernel.Pipe;
import dev.baton.kernel.Pipes;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.handler.codec.http.DefaultHttpContent;

/**
 * A large body's way from one connection's socket to the other's through a pipe in the kernel, by non-blocking splice(2) on the event
 * loop that both connections live on. Nobody else reads the one or writes to the other meanwhile; if the transport reads after all,
 * because the sender has closed, {@link KnownBody} takes back what is in the pipe, and the order of bytes is kept.
 *
 * <p>Works on duplicates of both descriptors, which have an interest of their own in epoll: the channels' own is not touched. Event loop
 * only.
 */
final class SpliceDetour implements KnownBody.Detour {
    /** The owner of the body's connection goes on in the ordinary way. */
    interface Ended {
        void detourEnded();
    }

    private static final int STEP_BYTES = 256 << 10;
    /** After so much others get their turn. */
    private static final int TURN_BYTES = 1 << 20;

    private final Splices splices;
    private final Linux linux;
    private final IoEventLoop loop;
    private final Descriptor source;
    private final Descriptor sink;
    private final Pipe pipe;
    private final KnownBody body;
    private final Ended ended;
    private final ReadyWatch readable;
    private final ReadyWatch writable;

    /** Bytes in the pipe. */
    private long held;

    /** Nothing is left to do but to wait for the source. */
    private boolean starved;

    private long moved;
    private long untold;
    private boolean over;

    SpliceDetour(
            Splices splices,
            Linux linux,
            Channel from,
            Descriptor source,
            Descriptor sink,
            Pipe pipe,
            KnownBody body,
            Ended ended) {
        this.splices = splices;
        this.linux = linux;
        this.loop = (IoEventLoop) from.eventLoop();
        this.source = source;
        this.sink = sink;
        this.pipe = pipe;
        this.ended = ended;
        this.body = body;
        readable = new ReadyWatch(source, EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLRDHUP), this::turn);
        writable = new ReadyWatch(sink, EpollIoOps.EPOLLOUT, this::turn);
    }

    /** Moves what is left of the body. Everything before it must be in the sink's socket, and nothing of it in a buffer. */
    void start() {
        body.take(this);
        turn();
    }

    private void turn() {
        starved = false;
        long budget = TURN_BYTES;
        while (!over) {
            boolean dry = false;
            // Into an empty pipe only: then "again" says that the source has nothing, and never that the pipe is full.
            if (held == 0 && body.leftBytes() > 0) {
                long filled = fill();
                dry = filled <= 0;
                budget -= Math.max(0, filled);
            }
            if (over) {
                return;
            }
            if (held > 0) {
                if (!drain()) {
                    return;
                }
            } else if (body.leftBytes() == 0) {
                whole();
                return;
            } else if (dry) {
                await(readable);
                return;
            }
            if (budget <= 0) {
                tell();
                EventLoops.giveWay(loop, this::turn);
                return;
            }
        }
    }

    /** Returns how many bytes came; 0 if none are there now. */
    private long fill() {
        while (true) {
            long result = linux.pipes()
                    .splice(
                            source.number(),
                            pipe.sink(),
                            Math.min(body.leftBytes(), STEP_BYTES),
                            Pipes.SPLICE_F_MOVE | Pipes.SPLICE_F_NONBLOCK);
            if (result > 0) {
                held += result;
                body.left(result);
                return result;
            }
            if (result == -Errno.EAGAIN) {
                return 0;
            }
            if (result != -Errno.EINTR) {
                // An end or an error of the connection shows again where its channel reads.
                giveUp((int) -result);
                return 0;
            }
        }
    }

    /** Returns whether the pipe could be emptied by one step. */
    private boolean drain() {
        while (true) {
            long result = linux.pipes()
                    .splice(pipe.source(), sink.number(), held, Pipes.SPLICE_F_MOVE | Pipes.SPLICE_F_NONBLOCK);
            if (result > 0) {
                held -= result;
                moved += result;
                untold += result;
                return true;
            }
            if (result == -Errno.EAGAIN) {
                await(writable);
                return false;
            }
            if (result != -Errno.EINTR) {
                giveUp((int) -result);
                return false;
            }
        }
    }

    private void await(ReadyWatch side) {
        starved = side == readable;
        tell();
        if (!over && !side.watch(loop)) {
            giveUp(0);
        }
    }

    private void tell() {
        long told = untold;
        if (told > 0) {
            untold = 0;
            body.arrived(told);
        }
    }

    private void whole() {
        tell();
        if (!over) {
            close();
            ended.detourEnded();
            body.arrivedWhole();
        }
    }

    /** The ordinary way has its own words for whatever is wrong. */
    private void giveUp(int errno) {
        if (Pipes.spliceRefused(errno)) {
            splices.refused(errno);
        }
        body.returnToSocket();
    }

    @Override
    public void handBack(KnownBody of) {
        if (over) {
            return;
        }
        tell();
        while (held > 0) {
            ByteBuf buffer = of.allocator().directBuffer((int) Math.min(held, STEP_BYTES));
            long result = linux.sockets().read(pipe.source(), buffer.memoryAddress(), buffer.capacity());
            if (result > 0) {
                held -= result;
                of.give(new DefaultHttpContent(buffer.writerIndex((int) result)));
            } else {
                buffer.release();
                if (result != -Errno.EINTR) {
                    throw new IllegalStateException("a pipe with " + held + " bytes in it gives " + result);
                }
            }
        }
        close();
        ended.detourEnded();
    }

    @Override
    public boolean starved() {
        return starved && !over;
    }

    private void close() {
        over = true;
        readable.close();
        writable.close();
        splices.ended(pipe, held == 0, moved);
        if (loop.isShuttingDown()) {
            closeDescriptors();
        } else {
            // Not in this turn of the loop: events of both may still be to be handled, which know them by their numbers
            // alone, and the
            // next socket would get such a number.
            loop.execute(this::closeDescriptors);
        }
    }

    private void closeDescriptors() {
        try (source) {
            sink.close();
        }
    }
}
