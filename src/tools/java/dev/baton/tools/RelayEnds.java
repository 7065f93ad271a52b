package dev.baton.tools;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * Sender and receiver of the messages of {@code integration/relay/relay.c}, the same for every relay and outside of what is measured: the
 * sender is whoever calls {@link #send}, the receiver a thread. Every byte of a checked message is compared with what was sent.
 */
final class RelayEnds implements AutoCloseable {
    private static final int PATTERN_BYTES = 1 << 20;
    private static final int STEP_BYTES = 256 << 10;
    private static final int TIMEOUT_MILLIS = 60_000;

    private final ByteBuffer pattern = pattern();
    private final ServerSocketChannel listener;
    private @Nullable SocketChannel sending;
    private volatile boolean checked;
    private volatile @Nullable IOException failure;

    /** Opens the receiver's port at that address. */
    RelayEnds(String address) throws IOException {
        listener = ServerSocketChannel.open().bind(new InetSocketAddress(address, 0));
    }

    /** Where the relay is to connect to. */
    InetSocketAddress receiver() throws IOException {
        return (InetSocketAddress) listener.getLocalAddress();
    }

    /** Connects through the relay. Blocks. */
    void connect(InetSocketAddress relay) throws IOException {
        SocketChannel connected = SocketChannel.open(relay);
        connected.setOption(StandardSocketOptions.TCP_NODELAY, true);
        sending = connected;
        Thread.ofPlatform().daemon().name("receiver").start(this::receiveAll);
    }

    /**
     * Sends one message and waits for its receipt. Blocks.
     *
     * @param check whether the receiver compares its bytes
     * @return nanoseconds until the receipt
     */
    long send(long length, boolean check) throws IOException {
        SocketChannel channel = sending;
        if (channel == null) {
            throw new IOException("not connected");
        }
        checked = check;
        long begin = System.nanoTime();
        ByteBuffer head = ByteBuffer.allocate(Long.BYTES).putLong(length).flip();
        ByteBuffer body = pattern.duplicate();
        writeWhole(channel, head);
        for (long sent = 0; sent < length; ) {
            int at = (int) (sent % PATTERN_BYTES);
            int step = (int) Math.min(Math.min(length - sent, STEP_BYTES), PATTERN_BYTES - at);
            body.limit(at + step).position(at);
            writeWhole(channel, body);
            sent += step;
        }
        awaitReceipt(channel);
        return System.nanoTime() - begin;
    }

    private static void writeWhole(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private void awaitReceipt(SocketChannel channel) throws IOException {
        // The socket's own stream knows a timeout; a relay that loses bytes must not hang the run.
        channel.socket().setSoTimeout(TIMEOUT_MILLIS);
        try {
            if (channel.socket().getInputStream().read() < 0) {
                throw new EOFException("the relay closed the connection");
            }
        } catch (IOException e) {
            // What the receiver has seen says more.
            IOException seen = failure;
            throw seen != null ? seen : e;
        }
    }

    private void receiveAll() {
        try (SocketChannel from = listener.accept()) {
            from.setOption(StandardSocketOptions.TCP_NODELAY, true);
            ByteBuffer block = ByteBuffer.allocateDirect(STEP_BYTES);
            ByteBuffer head = ByteBuffer.allocate(Long.BYTES);
            while (fill(from, head.clear())) {
                receive(from, head.flip().getLong(), block);
                writeWhole(from, ByteBuffer.allocate(1));
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    private static boolean fill(SocketChannel from, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (from.read(bytes) < 0) {
                return false;
            }
        }
        return true;
    }

    private void receive(SocketChannel from, long length, ByteBuffer block) throws IOException {
        for (long got = 0; got < length; ) {
            int at = (int) (got % PATTERN_BYTES);
            block.clear().limit((int) Math.min(Math.min(length - got, STEP_BYTES), PATTERN_BYTES - at));
            int n = from.read(block);
            if (n < 0) {
                throw new EOFException("the relay ended at byte " + got + " of " + length);
            }
            if (checked && block.flip().mismatch(pattern.slice(at, n)) >= 0) {
                throw new IOException("wrong bytes after byte " + got + " of " + length);
            }
            got += n;
        }
    }

    /** No two of its blocks are the same, so that bytes at a wrong place are noticed. */
    private static ByteBuffer pattern() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(PATTERN_BYTES);
        long state = 1;
        while (bytes.hasRemaining()) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            bytes.putLong(state);
        }
        return bytes.flip();
    }

    @Override
    public void close() throws IOException {
        try (listener) {
            if (sending != null) {
                sending.close();
            }
        }
    }
}
