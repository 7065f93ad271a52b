package dev.baton.wasm;

import java.nio.ByteBuffer;

/**
 * A region of a guest's linear memory that the host fills: taken from the guest's own allocator, at once for a known length, else doubled as
 * it fills. Guest thread only.
 */
final class GuestRegion implements ObjectGateway.Destination {
    private static final int FIRST_BYTES = 64 << 10;

    private final Guest guest;
    private int at;
    private int capacity;
    private int length;
    private boolean exact;

    GuestRegion(Guest guest) {
        this.guest = guest;
    }

    int at() {
        return at;
    }

    int length() {
        return length;
    }

    /** As the guest ABI carries it. */
    long packed() {
        return (long) at << 32 | length;
    }

    @Override
    public void expect(long bytes) {
        if (exact || length > 0 || bytes < 0) {
            throw new IllegalStateException("expected " + bytes + " bytes after " + length);
        }
        if (bytes > guest.memory().maximumBytes()) {
            throw new GuestException(
                    GuestException.Kind.TOO_LARGE,
                    bytes + " bytes do not fit into the function's memory of at most "
                            + guest.memory().maximumBytes());
        }
        exact = true;
        if (bytes > 0) {
            at = guest.allocate((int) bytes);
            capacity = (int) bytes;
        }
    }

    /** Takes all that there is. */
    void fill(GuestInput input) throws InterruptedException {
        if (input.length() >= 0) {
            expect(input.length());
        }
        while (true) {
            if (exact && length == capacity) {
                return;
            }
            ensureRoom();
            int count = input.read(guest.memory(), at + length, capacity - length);
            if (count < 0) {
                if (exact) {
                    throw new GuestException(GuestException.Kind.BODY, "the body ended after " + length + " bytes");
                }
                return;
            }
            length += count;
        }
    }

    /** Appends a copy of another guest's [from, from + bytes), which lies inside. */
    void append(LinearMemory memory, int from, int bytes) {
        int done = 0;
        while (done < bytes) {
            ensureRoom();
            int count = Math.min(bytes - done, capacity - length);
            memory.copyTo(guest.memory(), from + done, at + length, count);
            length += count;
            done += count;
        }
    }

    /** Takes a whole answer in one copy. */
    void take(GuestAnswer answer) {
        expect(answer.length());
        if (answer.length() > 0) {
            answer.copyTo(guest.memory(), at);
            length = answer.length();
        }
    }

    @Override
    public ByteBuffer room() {
        ensureRoom();
        return guest.memory().view(at + length, capacity - length);
    }

    @Override
    public void advance(int bytes) {
        if (bytes < 0 || bytes > capacity - length) {
            throw new IllegalArgumentException(bytes + " of " + (capacity - length));
        }
        length += bytes;
    }

    /** Gives the memory back to the guest's allocator, for a call that failed half-way. */
    void free() {
        if (capacity > 0) {
            guest.deallocate(at, capacity);
            capacity = 0;
            length = 0;
            at = 0;
        }
    }

    private void ensureRoom() {
        if (length < capacity) {
            return;
        }
        if (exact) {
            throw new IllegalStateException("more than the expected " + capacity + " bytes");
        }
        long wanted =
                Math.min(Math.max(FIRST_BYTES, capacity * 2L), guest.memory().maximumBytes());
        if (wanted <= capacity) {
            throw new GuestException(GuestException.Kind.TOO_LARGE, "the body does not fit into the function's memory");
        }
        int larger = guest.allocate((int) wanted);
        if (capacity > 0) {
            guest.memory().copyTo(guest.memory(), at, larger, length);
            guest.deallocate(at, capacity);
        }
        at = larger;
        capacity = (int) wanted;
    }
}
