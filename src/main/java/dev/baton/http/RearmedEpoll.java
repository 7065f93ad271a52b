package dev.baton.http;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;

/**
 * Netty's epoll, with one fault worked round: a registration whose interest becomes empty is removed from the epoll instance
 * but still taken for one that is there (4.2.17), so that the next change of it fails with ENOENT. That befalls a socket whose
 * peer has half-closed, as soon as its send buffer is full. Such a registration is replaced by a new one.
 *
 * <p>Only changes of interest come by here, events do not. The event loop's thread only, but for {@link #wakeup}.
 */
final class RearmedEpoll implements IoHandler {
    private final IoHandler epoll;

    private RearmedEpoll(IoHandler epoll) {
        this.epoll = epoll;
    }

    static IoHandlerFactory factory() {
        IoHandlerFactory factory = EpollIoHandler.newFactory();
        return executor -> new RearmedEpoll(factory.newHandler(executor));
    }

    @Override
    public void initialize() {
        epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return epoll.run(context);
    }

    @Override
    public void prepareToDestroy() {
        epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
        epoll.destroy();
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return epoll.isCompatible(handleType);
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return new Rearmed(handle, epoll.register(handle));
    }

    private final class Rearmed implements IoRegistration {
        private final IoHandle handle;
        private IoRegistration registration;
        private boolean armed;
        private boolean removed;

        Rearmed(IoHandle handle, IoRegistration registration) {
            this.handle = handle;
            this.registration = registration;
        }

        /** The type of the result is Netty's to choose. */
        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals")
        public <T> T attachment() {
            return registration.attachment();
        }

        @Override
        public long submit(IoOps ops) {
            boolean empty = EpollIoOps.NONE.equals(ops);
            if (removed && !empty && registration.isValid()) {
                registration.cancel();
                try {
                    registration = epoll.register(handle);
                } catch (Exception e) {
                    throw new IllegalStateException("cannot register a socket again", e);
                }
            }
            removed = armed && empty;
            armed = !empty;
            return registration.submit(ops);
        }

        @Override
        public boolean isValid() {
            return registration.isValid();
        }

        @Override
        public boolean cancel() {
            return registration.cancel();
        }
    }
}
