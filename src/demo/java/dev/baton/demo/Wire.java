package dev.baton.demo;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** One HTTP/1.1 connection of the gateway, in constant memory. One thread reads, one (maybe another) writes; both block. */
final class Wire implements Closeable {
    private static final int BUFFER = 256 * 1024;

    private final SocketChannel channel;
    /** Between two calls: what was read and not yet used, from position to limit. */
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER).limit(0);

    Wire(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    String peer() throws IOException {
        return ((InetSocketAddress) channel.getRemoteAddress()).getAddress().getHostAddress();
    }

    /** The next message's head; null if the peer closed the connection before one. */
    @Nullable
    Head readHead() throws IOException {
        int scanned = 0;
        while (true) {
            int end = headEnd(scanned);
            if (end >= 0) {
                byte[] text = new byte[end - in.position()];
                in.get(text);
                try {
                    return Head.parse(new String(text, StandardCharsets.ISO_8859_1).strip());
                } catch (IllegalArgumentException e) {
                    throw new ProtocolException(e.getMessage());
                }
            }
            scanned = Math.max(0, in.remaining() - 3);
            in.compact();
            int n = in.hasRemaining() ? channel.read(in) : 0;
            in.flip();
            if (n == 0) {
                throw new ProtocolException("the head is longer than " + BUFFER + " bytes");
            }
            if (n < 0) {
                if (in.hasRemaining()) {
                    throw new EOFException("the connection ended inside a head");
                }
                return null;
            }
        }
    }

    void write(byte[] bytes) throws IOException {
        write(ByteBuffer.wrap(bytes));
    }

    /**
     * Passes the body that follows the head on, as it is framed; counts its bytes. False if it lasts until the close.
     *
     * @throws ReceiverGone if it is the other connection that failed
     */
    boolean passBody(Head head, boolean request, Wire to, LongAdder passed) throws IOException {
        if (head.chunked()) {
            passChunks(to, passed);
        } else if (head.length() >= 0) {
            passBytes(head.length(), to, passed);
        } else if (!request) {
            while (fill()) {
                passBytes(in.remaining(), to, passed);
            }
            return false;
        }
        return true;
    }

    /** Says that nothing more will come and lets the peer finish, so that what it has yet to read is not thrown away. */
    void finish() throws IOException {
        channel.shutdownOutput();
        channel.socket().setSoTimeout(1000);
        for (int kept = 0; kept < 64 && channel.socket().getInputStream().read(new byte[BUFFER]) >= 0; kept++) {
            // Thrown away: the answer did not wait for it.
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void passBytes(long count, Wire to, LongAdder passed) throws IOException {
        for (long left = count; left > 0; ) {
            if (!fill()) {
                throw new EOFException("the connection ended " + left + " bytes before the end of the body");
            }
            int n = (int) Math.min(left, in.remaining());
            passTo(to, take(n));
            passed.add(n);
            left -= n;
        }
    }

    private void passChunks(Wire to, LongAdder passed) throws IOException {
        ChunkScanner scanner = new ChunkScanner();
        while (!scanner.done()) {
            if (!fill()) {
                throw new EOFException("the connection ended inside a chunked body");
            }
            ByteBuffer seen = in.duplicate();
            try {
                scanner.scan(seen);
            } catch (IllegalArgumentException e) {
                throw new ProtocolException(e.getMessage());
            }
            int n = seen.position() - in.position();
            passTo(to, take(n));
            passed.add(n);
        }
    }

    private static void passTo(Wire to, ByteBuffer bytes) throws ReceiverGone {
        try {
            to.write(bytes);
        } catch (IOException e) {
            throw new ReceiverGone(e);
        }
    }

    private ByteBuffer take(int n) {
        ByteBuffer slice = in.slice(in.position(), n);
        in.position(in.position() + n);
        return slice;
    }

    /** Something to use is in the buffer; false at the end of the stream. */
    private boolean fill() throws IOException {
        if (!in.hasRemaining()) {
            in.clear();
            int n = channel.read(in);
            in.flip();
            return n > 0;
        }
        return true;
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** The index behind the empty line that ends a head, -1 if it is not there yet. */
    private int headEnd(int from) {
        for (int i = in.position() + from; i + 3 < in.limit(); i++) {
            if (in.get(i) == '\r' && in.get(i + 1) == '\n' && in.get(i + 2) == '\r' && in.get(i + 3) == '\n') {
                return i + 4;
            }
        }
        return -1;
    }

    /** The connection that a body is passed to takes no more of it. */
    static final class ReceiverGone extends IOException {
        private static final long serialVersionUID = 1;

        ReceiverGone(IOException cause) {
            super(cause);
        }
    }
}
