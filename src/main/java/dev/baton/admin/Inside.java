package dev.baton.admin;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Tells a caller inside the pod, who has the pod's rights, from everybody else. Headers such as {@code X-Forwarded-For} say
 * nothing here; only the addresses of the connection do.
 */
public sealed interface Inside {
    /**
     * Judges one connection.
     *
     * @param local the address that was called
     * @param remote the address of the caller
     */
    boolean test(@Nullable SocketAddress local, @Nullable SocketAddress remote);

    /**
     * The rule for a listener.
     *
     * @param bind the one address that all listeners are bound to, null for every interface
     */
    static Inside of(@Nullable InetAddress bind) {
        return bind == null || bind.isAnyLocalAddress() ? new Loopback() : new OwnAddress(bind);
    }

    /**
     * Listening on every interface: both ends are loopback addresses. Both, because a packet from outside can carry a
     * loopback address as its source where the kernel's filter for that is off, but not reach a loopback address.
     */
    record Loopback() implements Inside {
        @Override
        public boolean test(@Nullable SocketAddress local, @Nullable SocketAddress remote) {
            return local instanceof InetSocketAddress called
                    && remote instanceof InetSocketAddress caller
                    && called.getAddress().isLoopbackAddress()
                    && caller.getAddress().isLoopbackAddress();
        }
    }

    /**
     * Listening on one address only: the caller has that same address, which nobody but the same network namespace can
     * have. If it is a loopback address, several pods share the machine's loopback interface and all are loopback to each
     * other; then 127.0.0.1 is let in too, the source address of every local program that does not choose one. Sidecars and
     * functions that bind their connections to their pod's address are told apart, other programs of the machine are not:
     * a relaxed guard, and the start-up log says so.
     */
    record OwnAddress(InetAddress bind) implements Inside {
        private static final InetAddress ANY_LOCAL_PROGRAM = InetAddress.ofLiteral("127.0.0.1");

        @Override
        public boolean test(@Nullable SocketAddress local, @Nullable SocketAddress remote) {
            if (!(remote instanceof InetSocketAddress caller)) {
                return false;
            }
            return caller.getAddress().equals(bind)
                    || (bind.isLoopbackAddress() && caller.getAddress().equals(ANY_LOCAL_PROGRAM));
        }
    }
}
