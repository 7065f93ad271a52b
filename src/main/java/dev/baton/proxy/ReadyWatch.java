package dev.baton.proxy;

import dev.baton.kernel.Descriptor;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Wakes the owner of a descriptor when it becomes ready, edge-triggered, on its event loop. Event loop only. */
final class ReadyWatch implements EpollIoHandle, AutoCloseable {
    private final FileDescriptor descriptor;
    private final EpollIoOps interest;
    private final Runnable wakeUp;
    private @Nullable IoRegistration registration;
    private boolean awaited;

    /** The descriptor stays its owner's, who closes this first. */
    ReadyWatch(Descriptor descriptor, EpollIoOps interest, Runnable wakeUp) {
        this.descriptor = new FileDescriptor(descriptor.number());
        this.interest = interest.with(EpollIoOps.EPOLLET);
        this.wakeUp = wakeUp;
    }

    /**
     * One call of the wake-up is wanted, also if the descriptor is ready now. At the first time it joins the loop's epoll instance.
     *
     * @return false if that was refused
     */
    boolean watch(IoEventLoop loop) {
        awaited = true;
        if (registration == null) {
            Future<IoRegistration> joined = loop.register(this);
            if (!joined.isSuccess()) {
                return false;
            }
            registration = joined.getNow();
            registration.submit(interest);
        }
        return true;
    }

    @Override
    public FileDescriptor fd() {
        return descriptor;
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
        if (awaited) {
            awaited = false;
            wakeUp.run();
        }
    }

    @Override
    public void close() {
        awaited = false;
        IoRegistration there = registration;
        if (there != null) {
            registration = null;
            there.cancel();
        }
    }
}
