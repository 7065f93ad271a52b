package dev.baton.tools;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/**
 * A closed loop of requests: each connection sends the next one when its answer is complete. One thread. Every answer must
 * have the length of the first, which a server with fixed answers gives.
 */
final class Load implements AutoCloseable {
    private static final int LATENCIES_MAX = 1 << 22;

    private final Selector selector;
    private final byte[] request;
    private final long[] latencies = new long[LATENCIES_MAX];
    private int answers;
    private int answerBytes;

    private static final class Connection {
        final ByteBuffer in = ByteBuffer.allocateDirect(256 * 1024);
        ByteBuffer out = ByteBuffer.allocate(0);
        int received;
        long sentAt;
    }

    /** Latencies are those of one request, from its first byte's writing to its answer's last byte. */
    record Result(int requests, double seconds, double medianMicros, double p99Micros) {}

    Load(InetSocketAddress address, int connections, String method, int bodyBytes) throws IOException {
        String head = method + " / HTTP/1.1\r\nHost: bench\r\n"
                + (bodyBytes > 0 ? "Content-Length: " + bodyBytes + "\r\n\r\n" : "\r\n");
        request = Arrays.copyOf(head.getBytes(StandardCharsets.ISO_8859_1), head.length() + bodyBytes);
        selector = Selector.open();
        for (int i = 0; i < connections; i++) {
            SocketChannel channel = SocketChannel.open(address);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, new Connection());
        }
    }

    /** Runs for that long. Blocks. */
    Result run(Duration time) throws IOException {
        answers = 0;
        long start = System.nanoTime();
        long end = start + time.toNanos();
        for (SelectionKey key : selector.keys()) {
            Connection connection = (Connection) key.attachment();
            // What a former run has left open is answered first.
            if (connection.sentAt == 0) {
                send(key, connection);
            }
        }
        while (System.nanoTime() < end) {
            selector.select(100);
            for (SelectionKey key : selector.selectedKeys()) {
                advance(key, (Connection) key.attachment());
            }
            selector.selectedKeys().clear();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        int counted = Math.min(answers, LATENCIES_MAX);
        if (counted == 0) {
            throw new IOException("no request was answered in " + time);
        }
        long[] sorted = Arrays.copyOf(latencies, counted);
        Arrays.sort(sorted);
        return new Result(answers, seconds, sorted[counted / 2] / 1e3, sorted[(int) (counted * 0.99)] / 1e3);
    }

    private void send(SelectionKey key, Connection connection) throws IOException {
        connection.sentAt = System.nanoTime();
        connection.received = 0;
        connection.out = ByteBuffer.wrap(request);
        write(key, connection);
    }

    private static void write(SelectionKey key, Connection connection) throws IOException {
        ((SocketChannel) key.channel()).write(connection.out);
        key.interestOps(
                connection.out.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    private void advance(SelectionKey key, Connection connection) throws IOException {
        if (key.isWritable()) {
            write(key, connection);
        }
        if (key.isReadable()) {
            read(key, connection);
        }
    }

    private void read(SelectionKey key, Connection connection) throws IOException {
        connection.in.clear();
        int n = ((SocketChannel) key.channel()).read(connection.in);
        if (n < 0) {
            throw new EOFException("the server closed a connection");
        }
        if (answerBytes == 0) {
            answerBytes = lengthOfAnswer(connection.in.flip());
        }
        connection.received += n;
        if (connection.received == answerBytes) {
            if (answers < LATENCIES_MAX) {
                latencies[answers] = System.nanoTime() - connection.sentAt;
            }
            answers++;
            send(key, connection);
        } else if (connection.received > answerBytes) {
            throw new IOException("an answer is longer than the first one: is it an error?");
        }
    }

    private static int lengthOfAnswer(ByteBuffer first) throws IOException {
        String text = StandardCharsets.ISO_8859_1.decode(first.duplicate()).toString();
        int headEnd = text.indexOf("\r\n\r\n");
        String lower = text.toLowerCase(java.util.Locale.ROOT);
        int at = lower.indexOf("\r\ncontent-length:");
        if (!text.startsWith("HTTP/1.1 200") || headEnd < 0 || at < 0 || at > headEnd) {
            throw new IOException(
                    "not a 200 with a length: " + text.lines().findFirst().orElse(""));
        }
        int from = at + "\r\ncontent-length:".length();
        return headEnd
                + 4
                + Integer.parseInt(
                        text.substring(from, text.indexOf("\r\n", from)).strip());
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
