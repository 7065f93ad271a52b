package dev.baton.admin;

import dev.baton.http.EventLoops;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import reactor.netty.resources.LoopResources;

/** The process's event loops in Reactor Netty's terms. Disposing of it disposes of nothing: the loops have their owner. */
public record SharedLoops(EventLoops loops) implements LoopResources {
    @Override
    public EventLoopGroup onServer(boolean useNative) {
        return loops.group();
    }

    @Override
    public EventLoopGroup onClient(boolean useNative) {
        return loops.group();
    }

    @Override
    public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
        return type.cast(type == ServerSocketChannel.class ? new EpollServerSocketChannel() : socket(type));
    }

    private static Channel socket(Class<? extends Channel> type) {
        if (type != SocketChannel.class) {
            throw new IllegalArgumentException("no channel of " + type + " on these loops");
        }
        return new EpollSocketChannel();
    }

    @Override
    public <C extends Channel> Class<? extends C> onChannelClass(Class<C> type, EventLoopGroup group) {
        if (type == ServerSocketChannel.class) {
            return EpollServerSocketChannel.class.asSubclass(type);
        }
        if (type == SocketChannel.class) {
            return EpollSocketChannel.class.asSubclass(type);
        }
        throw new IllegalArgumentException("no channel of " + type + " on these loops");
    }
}
