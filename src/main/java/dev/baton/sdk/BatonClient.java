package dev.baton.sdk;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A function's way to the sidecar of its pod. Objects pass as memory, by a descriptor, in a time that does not depend on their size; where
 * that is not to be had (another system, a sandbox without it, no {@code --enable-native-access}, no sidecar behind the socket) they
 * pass over HTTP, by themselves, and {@link BatonObject#path} says which way it was.
 *
 * <p>Any thread. Calls block, memory ones in a system call that pins the carrier of a virtual thread: use platform threads where that
 * matters. Every call throws {@link BatonException} for what the sidecar refuses, with its subclasses for what a caller acts upon.
 */
public final class BatonClient implements AutoCloseable {
    /** The way of an object's bytes between function and sidecar. */
    public enum Path {
        /** Not a byte was moved: the memory itself changed hands. */
        MEMORY,
        /** Over the loopback interface. */
        HTTP
    }

    private static final URI SIDECAR = URI.create("http://127.0.0.1:8022");
    private static final String SOCKET = "@baton";
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int STEP_BYTES = 256 << 10;

    private final URI uri;
    private final @Nullable HandOver handOver;
    private volatile long missedAtNanos;
    private volatile boolean missing;
    private volatile boolean reached;
    private @Nullable HttpWay http;
    private boolean closed;

    private BatonClient(URI uri, @Nullable HandOver handOver) {
        this.uri = uri;
        this.handOver = handOver;
    }

    /** The sidecar of this pod. Nothing is asked yet: the sidecar may start after its function. */
    public static BatonClient connect() {
        return connect(SIDECAR, SOCKET);
    }

    /**
     * A sidecar at another place.
     *
     * @param http its object API
     * @param socket name of its abstract UNIX socket (BATON_SOCKET), with or without {@code @}; empty for none: everything over HTTP
     */
    public static BatonClient connect(URI http, String socket) {
        String name = socket.startsWith("@") ? socket.substring(1) : socket;
        return new BatonClient(http, name.isEmpty() || !nativeCalls() ? null : new HandOver(name));
    }

    /** Whether this JVM lets the SDK make system calls. */
    private static boolean nativeCalls() {
        try {
            // Not allowed by --illegal-native-access=deny, not there on another system.
            Class.forName("dev.baton.sdk.LinuxCalls");
            return true;
        } catch (ClassNotFoundException | LinkageError | RuntimeException e) {
            return false;
        }
    }

    /** Whether objects pass as memory now. Asks the sidecar if it has not answered yet. */
    public boolean handsOver() {
        HandOver way = handOver();
        if (way == null) {
            return false;
        }
        if (!reached) {
            try {
                way.probe();
                reached = true;
                missing = false;
            } catch (IOException nobody) {
                missed();
                return false;
            }
        }
        return true;
    }

    /** Null when objects cannot pass as memory, or could not just now. */
    @Nullable
    HandOver handOver() {
        return missing && System.nanoTime() - missedAtNanos < RETRY_NANOS ? null : handOver;
    }

    /** The sidecar's socket was no way. After a time it is tried again. */
    private void missed() {
        missedAtNanos = System.nanoTime();
        missing = true;
        reached = false;
    }

    void missed(HandOver.NotThisWayException why) {
        if (why.unreachable) {
            missed();
        }
    }

    /**
     * Retrieves an object once, whole. When this returns, the retrieval is used up by {@link Path#MEMORY}; over HTTP, when its last byte has
     * been read.
     *
     * @throws ObjectGoneException if it is no longer there
     * @throws ObjectNotFoundException if the reference opens nothing
     * @throws ObjectBusyException if other retrievals are under way that may be given back
     */
    public BatonObject get(String reference) throws IOException {
        HandOver way = handOver();
        if (way != null && isText(reference)) {
            try {
                return way.get(reference);
            } catch (HandOver.NotThisWayException inAnotherOne) {
                missed(inAnotherOne);
            }
        }
        return http().get(reference);
    }

    private static boolean isText(String reference) {
        return reference.length() <= 1024 && reference.chars().allMatch(c -> c > ' ' && c <= '~');
    }

    /**
     * Memory for an object of that many bytes, to be filled in place and put without a copy.
     *
     * @throws OutOfMemoryError if there is none
     */
    public BatonDraft allocate(long size) throws IOException {
        if (size < 0) {
            throw new IllegalArgumentException("size must not be negative");
        }
        Arena arena = Arena.ofShared();
        if (handsOver()) {
            int fd = LinuxCalls.memoryFile(size);
            try {
                return new BatonDraft(this, size, fd, arena, LinuxCalls.map(fd, size, true, arena));
            } catch (IOException | RuntimeException e) {
                LinuxCalls.close(fd);
                arena.close();
                throw e;
            }
        }
        return new BatonDraft(this, size, LocalConnection.NONE, arena, arena.allocate(size));
    }

    /** Puts what the segment holds, in one copy. Gives the reference. */
    public String put(MemorySegment object, PutOptions options) throws IOException {
        if (!handsOver()) {
            return overHttp(object, options);
        }
        if (object.isNative()) {
            return written(object.byteSize(), options, fd -> LinuxCalls.write(fd, object, 0));
        }
        return put(new SegmentStream(object), object.byteSize(), options);
    }

    /** Puts what remains of the buffer, in one copy; its position stays. Gives the reference. */
    public String put(ByteBuffer object, PutOptions options) throws IOException {
        return put(MemorySegment.ofBuffer(object), options);
    }

    /** Puts the bytes, in one copy. Gives the reference. */
    public String put(byte[] object, PutOptions options) throws IOException {
        return put(MemorySegment.ofArray(object), options);
    }

    /**
     * Puts what the stream gives until its end. Gives the reference.
     *
     * @param size in bytes; −1 if that is not known: then over HTTP
     * @throws EOFException if the stream ends before that
     */
    public String put(InputStream object, long size, PutOptions options) throws IOException {
        if (size < 0 || !handsOver()) {
            return http().put(HttpWay.body(object, size), options);
        }
        return written(size, options, fd -> copy(object, size, fd));
    }

    /** Fills a file. */
    private interface Filling {
        void fill(int fd) throws IOException;
    }

    private String written(long size, PutOptions options, Filling filling) throws IOException {
        int fd = LinuxCalls.memoryFile(size);
        try (BatonDraft draft = new BatonDraft(this, size, fd, Arena.ofShared(), MemorySegment.NULL)) {
            filling.fill(fd);
            return draft.put(options);
        }
    }

    private static void copy(InputStream object, long size, int fd) throws IOException {
        byte[] step = new byte[(int) Math.min(STEP_BYTES, size)];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment part = arena.allocate(Math.max(1, step.length));
            for (long at = 0; at < size; ) {
                int bytes = object.read(step, 0, (int) Math.min(step.length, size - at));
                if (bytes < 0) {
                    throw new EOFException("the stream ended after " + at + " of " + size + " bytes");
                }
                MemorySegment.copy(step, 0, part, JAVA_BYTE, 0, bytes);
                LinuxCalls.write(fd, part.asSlice(0, bytes), at);
                at += bytes;
            }
        }
    }

    String overHttp(MemorySegment object, PutOptions options) throws IOException {
        return http().put(HttpWay.body(new SegmentStream(object), object.byteSize()), options);
    }

    /** Ends an object of this pod. Retrievals under way may finish. */
    public void delete(String reference) throws IOException {
        http().delete(reference);
    }

    /**
     * Calls a function of the cluster by POST with a body of any size, which travels by reference where both sides can.
     *
     * @param fields header fields: name, value, name, value
     * @return the function's own answer, whatever its status; its body must be read to the end or closed
     * @throws BatonException if the sidecar answered in the function's place
     */
    public HttpResponse<InputStream> invoke(URI function, BodyPublisher body, String... fields) throws IOException {
        return http().invoke(function, body, fields);
    }

    private synchronized HttpWay http() {
        if (closed) {
            throw new IllegalStateException("the client is closed");
        }
        if (http == null) {
            http = new HttpWay(uri);
        }
        return http;
    }

    /** Closes its connections; objects that were got stay valid by {@link Path#MEMORY}, and break off over HTTP. */
    @Override
    public synchronized void close() {
        closed = true;
        if (handOver != null) {
            handOver.close();
        }
        if (http != null) {
            http.close();
        }
    }
}
