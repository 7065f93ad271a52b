package dev.baton.sdk;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** An object that comes over HTTP: read as it arrives, or gathered in native memory when that is asked for. */
final class StreamedObject extends BatonObject {
    private static final int STEP_BYTES = 256 << 10;

    private final InputStream body;
    private long size;
    private boolean taken;
    private boolean closed;
    private @Nullable MemorySegment memory;
    private @Nullable Arena arena;

    /** @param size −1 if unknown */
    StreamedObject(String contentType, long size, InputStream body) {
        super(contentType, BatonClient.Path.HTTP);
        this.size = size;
        this.body = body;
    }

    @Override
    public synchronized long size() {
        return size;
    }

    @Override
    public synchronized MemorySegment segment() throws IOException {
        checkOpen();
        if (memory == null) {
            if (taken) {
                throw new IllegalStateException("the object has been taken as a stream");
            }
            taken = true;
            Arena own = Arena.ofShared();
            try {
                memory = gather(own).asReadOnly();
                arena = own;
                size = memory.byteSize();
            } finally {
                if (arena == null) {
                    own.close();
                }
            }
        }
        return memory;
    }

    /** The sidecar's answers end early only by an exception, so that what has been read to the end is whole. */
    private MemorySegment gather(Arena own) throws IOException {
        MemorySegment room = own.allocate(size < 0 ? STEP_BYTES : size);
        byte[] step = new byte[STEP_BYTES];
        long at = 0;
        for (int bytes; (bytes = body.read(step)) >= 0; at += bytes) {
            if (at + bytes > room.byteSize()) {
                if (size >= 0) {
                    throw new IOException("the object is larger than announced");
                }
                MemorySegment larger = own.allocate(room.byteSize() * 2);
                MemorySegment.copy(room, 0, larger, 0, at);
                room = larger;
            }
            MemorySegment.copy(step, 0, room, JAVA_BYTE, at, bytes);
        }
        if (size >= 0 && at != size) {
            throw new EOFException("the object broke off after " + at + " bytes");
        }
        return room.asSlice(0, at);
    }

    @Override
    public synchronized InputStream stream() throws IOException {
        checkOpen();
        if (memory != null) {
            return new SegmentStream(memory);
        }
        if (taken) {
            throw new IllegalStateException("the object has been taken as a stream");
        }
        taken = true;
        return body;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the object is closed");
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            try {
                body.close();
            } catch (IOException e) {
                // Nobody reads it any more.
            }
            if (arena != null) {
                arena.close();
            }
        }
    }
}
