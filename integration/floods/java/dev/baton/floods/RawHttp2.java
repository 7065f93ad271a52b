package dev.baton.floods;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client of HTTP/2 in clear text that sends whatever frames it is told to. A thread of its own reads what comes and confirms the
 * server's settings. Any thread may use it; sending blocks.
 */
public final class RawHttp2 implements AutoCloseable {
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int PRIORITY = 2;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;
    public static final int END_STREAM = 1;
    public static final int ACK = 1;
    public static final int END_HEADERS = 4;
    public static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private static final int CONNECT_MILLIS = 30_000;

    /** One frame that has been read. */
    public record Frame(int type, int flags, int stream, ByteBuffer payload) {
        public boolean endsStream() {
            return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }

        /** The error code of RST_STREAM or GOAWAY. */
        public int error() {
            return payload.getInt(type == GOAWAY ? 4 : 0);
        }
    }

    private final Socket socket = new Socket();
    private final LinkedBlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
    private final CountDownLatch greeted = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile long closedNanos;
    private volatile int goAway = -1;

    /** Connects and sends nothing. */
    public RawHttp2(InetSocketAddress server) {
        try {
            socket.setTcpNoDelay(true);
            socket.connect(server, CONNECT_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::read);
    }

    /**
     * Connects, sends preface and SETTINGS, each entry of them an identifier and a value, and waits until the server's are there
     * and confirmed, so that the confirmation does not get between what is sent later.
     */
    public static RawHttp2 open(InetSocketAddress server, int... settings) {
        RawHttp2 client = new RawHttp2(server);
        // Together: the confirmation of the server's settings, which another thread sends, must not come between the
        // two.
        client.send(ByteBuffer.allocate(PREFACE.length + 9 + 3 * settings.length)
                .put(PREFACE)
                .put(settings(settings))
                .array());
        try {
            if (!client.greeted.await(CONNECT_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the server has not sent its settings");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return client;
    }

    /** A frame's octets. */
    public static byte[] frame(int type, int flags, int stream, byte... payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** A frame whose payload is one number of four octets. */
    public static byte[] number(int type, int stream, int number) {
        return frame(type, 0, stream, ByteBuffer.allocate(4).putInt(number).array());
    }

    public static byte[] settings(int... settings) {
        ByteBuffer payload = ByteBuffer.allocate(settings.length * 3);
        for (int i = 0; i < settings.length; i += 2) {
            payload.putShort((short) settings[i]).putInt(settings[i + 1]);
        }
        return frame(SETTINGS, 0, 0, payload.array());
    }

    /** A whole head, in one frame. */
    public static byte[] headers(int stream, boolean last, Block block) {
        return frame(HEADERS, END_HEADERS | (last ? END_STREAM : 0), stream, block.octets());
    }

    /** Returns false if the server has closed the connection. */
    public boolean trySend(byte[] octets) {
        try {
            synchronized (socket) {
                socket.getOutputStream().write(octets);
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    public RawHttp2 send(byte[] octets) {
        if (!trySend(octets)) {
            throw new AssertionError("the connection is closed, GOAWAY " + goAway);
        }
        return this;
    }

    private void read() {
        try {
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 64 * 1024));
            while (true) {
                int lengthAndType = in.readInt();
                int flags = in.readUnsignedByte();
                int stream = in.readInt();
                byte[] payload = new byte[lengthAndType >>> 8];
                in.readFully(payload);
                Frame frame = new Frame(lengthAndType & 0xff, flags, stream, ByteBuffer.wrap(payload));
                if (frame.type == GOAWAY) {
                    goAway = frame.error();
                } else if (frame.type == SETTINGS && flags == 0) {
                    trySend(frame(SETTINGS, ACK, 0));
                    greeted.countDown();
                }
                frames.add(frame);
            }
        } catch (IOException e) {
            // Closed or reset: the end either way.
        } finally {
            closedNanos = System.nanoTime();
            closed.countDown();
        }
    }

    /** The next frame; null when the connection has been closed and all have been read, or none comes in time. */
    public @Nullable Frame next(int millis) {
        try {
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            while (true) {
                Frame frame = frames.poll(10, TimeUnit.MILLISECONDS);
                if (frame != null || (isClosed() && frames.isEmpty()) || System.nanoTime() > deadline) {
                    return frame;
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public boolean isClosed() {
        return closed.getCount() == 0;
    }

    /** Whether the server closes the connection in time. Blocks. */
    public boolean closedWithin(int millis) {
        try {
            return closed.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** When the end of the connection was seen, by {@link System#nanoTime}. */
    public long closedNanos() {
        return closedNanos;
    }

    /** The error code of the server's last GOAWAY, -1 before one. */
    public int goAway() {
        return goAway;
    }

    /** Half-closes: the server reads the end. */
    public void finish() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
