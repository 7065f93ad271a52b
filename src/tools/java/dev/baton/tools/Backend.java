package dev.baton.tools;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * The user's program of a benchmark: one thread that reads each request, body included, and answers 200 with the bytes it
 * was made with. It costs little, so that the sidecar is what is measured.
 */
final class Backend implements AutoCloseable {
    private final Selector selector;
    private final ServerSocketChannel listener;
    private final Thread thread;
    private final byte[] answer;

    Backend(InetSocketAddress address, int bodyBytes) throws IOException {
        byte[] head = ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + bodyBytes + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        answer = new byte[head.length + bodyBytes];
        System.arraycopy(head, 0, answer, 0, head.length);
        java.util.Arrays.fill(answer, head.length, answer.length, (byte) 'x');
        selector = Selector.open();
        listener = ServerSocketChannel.open();
        listener.bind(address, 1024);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        thread = Thread.ofPlatform().daemon().name("backend").start(this::run);
    }

    /** What one connection still has to read and write. */
    private static final class Exchange {
        final ByteBuffer in = ByteBuffer.allocate(256 * 1024);
        long bodyLeft;
        ByteBuffer out = ByteBuffer.allocate(0);
    }

    private void run() {
        try {
            while (true) {
                selector.select(this::serve);
            }
        } catch (ClosedSelectorException e) {
            // Closed: the benchmark is over.
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void serve(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                SocketChannel accepted = listener.accept();
                accepted.configureBlocking(false);
                accepted.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
                accepted.register(selector, SelectionKey.OP_READ, new Exchange());
            } else {
                serve(key, (SocketChannel) key.channel(), (Exchange) key.attachment());
            }
        } catch (IOException | CancelledKeyException e) {
            close(key);
        }
    }

    private void serve(SelectionKey key, SocketChannel channel, Exchange exchange) throws IOException {
        if (!exchange.out.hasRemaining() && channel.read(exchange.in) < 0) {
            close(key);
            return;
        }
        exchange.in.flip();
        while (!exchange.out.hasRemaining() && readRequest(exchange)) {
            exchange.out = ByteBuffer.wrap(answer);
            channel.write(exchange.out);
        }
        exchange.in.compact();
        if (exchange.out.hasRemaining()) {
            channel.write(exchange.out);
        }
        key.interestOps(exchange.out.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    /** Whether a whole request has been taken from the buffer. A sidecar frames every body of known size by its length. */
    private static boolean readRequest(Exchange exchange) {
        ByteBuffer in = exchange.in;
        if (exchange.bodyLeft == 0) {
            int end = headEnd(in);
            if (end < 0) {
                return false;
            }
            String head = StandardCharsets.ISO_8859_1
                    .decode(in.slice(in.position(), end - in.position()))
                    .toString();
            in.position(end);
            exchange.bodyLeft = contentLength(head);
        }
        int taken = (int) Math.min(exchange.bodyLeft, in.remaining());
        in.position(in.position() + taken);
        exchange.bodyLeft -= taken;
        return exchange.bodyLeft == 0;
    }

    private static int headEnd(ByteBuffer in) {
        for (int i = in.position(); i + 3 < in.limit(); i++) {
            if (in.get(i) == '\r' && in.get(i + 1) == '\n' && in.get(i + 2) == '\r' && in.get(i + 3) == '\n') {
                return i + 4;
            }
        }
        return -1;
    }

    private static long contentLength(String head) {
        String name = "\r\ncontent-length:";
        for (int at = head.indexOf("\r\n"); at >= 0; at = head.indexOf("\r\n", at + 2)) {
            if (head.regionMatches(true, at, name, 0, name.length())) {
                int from = at + name.length();
                return Long.parseLong(
                        head.substring(from, head.indexOf("\r\n", from)).strip());
            }
        }
        return 0;
    }

    private static void close(SelectionKey key) {
        key.cancel();
        try {
            key.channel().close();
        } catch (IOException e) {
            // Nothing is left to be told.
        }
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
