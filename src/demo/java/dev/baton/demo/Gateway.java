package dev.baton.demo;

import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Stands for Knative's ingress and activator: each service has an address of its own, as in a cluster; the gateway takes
 * the service's pods in turn and streams request and answer through. It knows nothing of Baton. Threads: one virtual
 * thread per connection, one more per request body.
 */
final class Gateway implements Closeable {
    private final List<ServerSocketChannel> listeners = new ArrayList<>();
    private final LongAdder passed = new LongAdder();

    /** Binds an address for a service; its requests are served from now on. */
    void serve(InetSocketAddress service, List<InetSocketAddress> pods) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        try {
            listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            listener.bind(service, 1024);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
        listeners.add(listener);
        AtomicInteger turn = new AtomicInteger();
        Supplier<InetSocketAddress> next = () -> pods.get(Math.floorMod(turn.getAndIncrement(), pods.size()));
        Thread.ofVirtual().start(() -> accept(listener, next));
    }

    /** The bytes of bodies, framing included, that have passed in either direction. */
    long passedBytes() {
        return passed.sum();
    }

    @Override
    public void close() throws IOException {
        for (ServerSocketChannel listener : listeners) {
            listener.close();
        }
    }

    private void accept(ServerSocketChannel listener, Supplier<InetSocketAddress> next) {
        while (listener.isOpen()) {
            try {
                SocketChannel client = listener.accept();
                Thread.ofVirtual().start(() -> converse(client, next));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                pause(Duration.ofMillis(50));
            }
        }
    }

    private void converse(SocketChannel channel, Supplier<InetSocketAddress> next) {
        try (channel;
                Wire client = new Wire(channel)) {
            Head request = client.readHead();
            while (request != null && forward(request, client, next.get())) {
                request = client.readHead();
            }
        } catch (IOException | RuntimeException e) {
            // The connection is closed: that tells the client, and there is nobody else to tell.
        }
    }

    /** True if the client's connection is good for another request. */
    private boolean forward(Head request, Wire client, InetSocketAddress pod) throws IOException {
        // A new connection for each request: an idle one may be closed by the pod just when it is taken again.
        try (SocketChannel channel = SocketChannel.open(pod);
                Wire upstream = new Wire(channel)) {
            upstream.write(request.viaActivator(client.peer()).bytes());
            Thread body = Thread.ofVirtual().start(() -> passRequestBody(request, client, upstream));
            boolean reusable;
            try {
                reusable = answer(request, client, upstream);
            } catch (NoAnswer e) {
                return refuse(client, "the pod closed the connection without an answer\n");
            }
            if (!body.join(Duration.ofSeconds(1))) {
                return false;
            }
            if (!reusable) {
                client.finish();
                return false;
            }
            return !"close".equalsIgnoreCase(request.first("connection"));
        } catch (ConnectException e) {
            return refuse(client, "the pod does not answer\n");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean answer(Head request, Wire client, Wire upstream) throws IOException, NoAnswer {
        Head answer = upstream.readHead();
        while (answer != null && answer.status() < 200) {
            client.write(answer.bytes());
            answer = upstream.readHead();
        }
        if (answer == null) {
            throw new NoAnswer();
        }
        client.write(answer.endToEnd().bytes());
        boolean bodiless = request.method().equals("HEAD") || answer.status() == 204 || answer.status() == 304;
        return bodiless || upstream.passBody(answer, false, client, passed);
    }

    private void passRequestBody(Head request, Wire client, Wire upstream) {
        try {
            client.passBody(request, true, upstream, passed);
        } catch (Wire.ReceiverGone e) {
            // The pod has seen enough; its answer says why.
        } catch (IOException e) {
            // Half a request must not look like a whole one, and its answer has nobody to go to.
            closeQuietly(upstream);
        }
    }

    private static boolean refuse(Wire client, String text) throws IOException {
        client.write(("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\nContent-Length: " + text.length()
                        + "\r\nConnection: close\r\n\r\n" + text)
                .getBytes(StandardCharsets.US_ASCII));
        client.finish();
        return false;
    }

    private static void closeQuietly(Wire wire) {
        try {
            wire.close();
        } catch (IOException e) {
            // It is closed as far as this side is concerned.
        }
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The pod closed the connection before its answer began. */
    private static final class NoAnswer extends Exception {
        private static final long serialVersionUID = 1;
    }
}
