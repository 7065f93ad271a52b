package dev.baton.sdk;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * An object that has been got, to be read in one of three shapes and then closed. It never changes.
 *
 * <p>{@link #segment}, {@link #buffer}: any thread, and many at once. {@link #stream}: one thread. After {@link #close} every one of them
 * throws {@link IllegalStateException}, and so does what they have given.
 */
public abstract sealed class BatonObject implements AutoCloseable permits MappedObject, StreamedObject {
    private final String contentType;
    private final BatonClient.Path path;

    BatonObject(String contentType, BatonClient.Path path) {
        this.contentType = contentType;
        this.path = path;
    }

    /** As its producer gave it. */
    public String contentType() {
        return contentType;
    }

    /** The way that it came. */
    public BatonClient.Path path() {
        return path;
    }

    /** Bytes, or −1 as long as that is not known: over HTTP, of an object that was still being written. */
    public abstract long size();

    /**
     * All of it as read-only memory, of any size. By {@link BatonClient.Path#MEMORY} that is the object itself, and nothing is copied; over
     * HTTP the first call reads it into native memory, blocking.
     *
     * @throws IOException if it breaks off; then nothing of it can be used
     * @throws IllegalStateException if {@link #stream} has been read from
     */
    public abstract MemorySegment segment() throws IOException;

    /**
     * As {@link #segment}, in the older shape.
     *
     * @throws IllegalStateException beyond 2 GiB − 1: a buffer cannot span more
     */
    public ByteBuffer buffer() throws IOException {
        MemorySegment all = segment();
        if (all.byteSize() > Integer.MAX_VALUE) {
            throw new IllegalStateException("a buffer cannot span " + all.byteSize() + " bytes");
        }
        return all.asByteBuffer();
    }

    /** Its bytes from the first one on; to be called once. Reads block as long as bytes are missing, and throw if the object breaks off. */
    public abstract InputStream stream() throws IOException;

    /** Lets go of its memory, which the sidecar counts as used until then. May be called again. */
    @Override
    public abstract void close();
}
