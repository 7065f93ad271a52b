package dev.baton.transfer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that does with each connection what a test tells it to; for others who do not keep to the rules. */
final class RawServer implements AutoCloseable {
    /** Serves one connection. */
    interface Script {
        void serve(RawClient connection) throws IOException;
    }

    /** Answers one request. */
    interface Answering {
        String answer(RawClient.Message request);
    }

    final List<RawClient.Message> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();
    private final ServerSocket listener;
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    RawServer(InetAddress address, int port, Script script) throws IOException {
        listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(address, port), 128);
        Thread.ofVirtual().start(() -> accept(script));
    }

    /** Reads whole requests, records them and answers each; an empty answer closes the connection. */
    static RawServer answering(InetAddress address, int port, Answering answering) throws IOException {
        RawServer[] self = new RawServer[1];
        self[0] = new RawServer(address, port, connection -> {
            while (true) {
                RawClient.Message request = connection.message();
                self[0].requests.add(request);
                String answer = answering.answer(request);
                if (answer.isEmpty()) {
                    return;
                }
                connection.send(answer);
            }
        });
        return self[0];
    }

    InetAddress address() {
        return listener.getInetAddress();
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Connections that have not ended. */
    int open() {
        return open.size();
    }

    private void accept(Script script) {
        try {
            while (true) {
                Socket socket = listener.accept();
                connections.incrementAndGet();
                open.add(socket);
                Thread.ofVirtual().start(() -> {
                    try (RawClient connection = new RawClient(socket)) {
                        script.serve(connection);
                    } catch (IOException gone) {
                        // The other side has left; the script is over.
                        return;
                    } finally {
                        open.remove(socket);
                    }
                });
            }
        } catch (IOException closed) {
            // The end of the test.
            return;
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
