package dev.baton.store;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one object, in one space or, where the size was not known, in several. One thread writes, front to back; any thread reads
 * what has been published. Spaces are added and released under the store's lock.
 */
final class Content {
    private static final Space[] NONE = {};
    private static final long VIEW_BYTES_MAX = 1 << 30;

    private volatile Space[] spaces = NONE;
    private volatile long capacity;
    private volatile long written;

    long capacity() {
        return capacity;
    }

    long written() {
        return written;
    }

    void add(Space space) {
        long before = capacity;
        Space[] old = spaces;
        Space[] grown = new Space[old.length + 1];
        System.arraycopy(old, 0, grown, 0, old.length);
        grown[old.length] = space;
        spaces = grown;
        capacity = before + space.capacity();
    }

    /** Takes all spaces away: the caller releases them. */
    Space[] clear() {
        Space[] all = spaces;
        spaces = NONE;
        capacity = 0;
        return all;
    }

    Space[] spaces() {
        return spaces;
    }

    /** The caller has checked that there is room. */
    void write(ByteBuffer source) {
        long end = written;
        long start = 0;
        for (Space space : spaces) {
            long within = end - start;
            if (within < space.capacity()) {
                int step = (int) Math.min(source.remaining(), space.capacity() - within);
                space.region().write(space.start() + within, source, step);
                end += step;
                if (!source.hasRemaining()) {
                    break;
                }
            }
            start += space.capacity();
        }
        // Publishes the bytes: a reader that sees this value sees them.
        written = end;
    }

    /** A read-only view of what lies together there, or null. */
    @Nullable
    ByteBuffer read(long offset, int max) {
        long available = written - offset;
        if (available <= 0) {
            return null;
        }
        long start = 0;
        for (Space space : spaces) {
            long within = offset - start;
            if (within < space.capacity()) {
                long together = Math.min(available, space.capacity() - within);
                return space.region()
                        .read(space.start() + within, (int) Math.min(together, Math.min(max, VIEW_BYTES_MAX)));
            }
            start += space.capacity();
        }
        return null;
    }
}
