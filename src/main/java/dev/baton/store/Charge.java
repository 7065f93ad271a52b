package dev.baton.store;

/**
 * A part of the budget taken for memory that is not of the store's own pool: a file that holds an object's bytes. It is held until
 * {@link #close}, or as long as the object that was made of it. Any thread.
 */
public final class Charge implements AutoCloseable {
    /** What may lie on the heap for one: an object with the longest strings it can have, or an entry of those who wait for its end. */
    static final long HEAP_BYTES = Stored.bookkeepingBytes(
            new PutSpec(0, 1, null, " ".repeat(PutSpec.CONTENT_TYPE_CHARS_MAX), " ".repeat(PutSpec.DIGEST_CHARS_MAX)));

    private final Books books;
    private final long bytes;
    private boolean closed;

    Charge(Books books, long bytes) {
        this.books = books;
        this.bytes = bytes;
    }

    /** In whole pages. */
    public long bytes() {
        return bytes;
    }

    /** Gives the room back, which may grant it to who waits. May be called again. */
    @Override
    public void close() {
        Aftermath out = new Aftermath();
        synchronized (books.lock) {
            release();
            books.room.serve(out);
        }
        books.finish(out);
    }

    /** With the store's lock. */
    void release() {
        if (!closed) {
            closed = true;
            books.room.release(this);
        }
    }
}
