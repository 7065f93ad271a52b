package dev.baton.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands for the user's program: a raw server that does with each connection what a test tells it, on a thread of its own. A
 * failure of that code fails the test when the program is closed.
 */
final class Program implements AutoCloseable {
    interface Behaviour {
        void serve(Wire wire) throws Exception;
    }

    private final ServerSocket listener;
    private final Behaviour behaviour;
    private final List<Wire> wires = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();

    Program(Behaviour behaviour) {
        this.behaviour = behaviour;
        try {
            listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    /** Answers every request on every connection alike, as long as the connection lasts. */
    static Program answering(String response) {
        return new Program(wire -> {
            while (true) {
                wire.request();
                wire.send(response);
            }
        });
    }

    /** Answers every request with what it was. */
    static Program echo() {
        return new Program(wire -> {
            while (true) {
                Wire.Message request = wire.request();
                String body = request.startLine() + "\n" + String.join("\n", request.fields()) + "\n\n" + request.text()
                        + String.join("\n", request.trailers());
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            }
        });
    }

    /** A port on which nobody listens, and nobody will as long as it is held. */
    static final class Absent implements AutoCloseable {
        private final Socket holder = new Socket();

        Absent() {
            try {
                holder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        int port() {
            return holder.getLocalPort();
        }

        @Override
        public void close() {
            try {
                holder.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                connections.incrementAndGet();
                Wire wire = new Wire(socket);
                wires.add(wire);
                Thread.ofVirtual().start(() -> serve(wire));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Wire wire) {
        try (wire) {
            behaviour.serve(wire);
        } catch (UncheckedIOException e) {
            // The other side hung up: for most behaviours that is how it ends.
        } catch (Throwable e) {
            failures.add(e);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (Wire wire : wires) {
            wire.close();
        }
        for (Throwable failure : failures) {
            throw new AssertionError("the program failed", failure);
        }
    }
}
