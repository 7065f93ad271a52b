package dev.baton.wasm;

import java.io.Serial;
import java.nio.ByteBuffer;

/**
 * The way from guests to objects and to functions elsewhere; implemented where those live. Methods block: they are called on guest threads
 * only, several at once, and must end with InterruptedException soon after an interrupt, which is how a call's time limit arrives.
 *
 * <p>Buffers given and obtained show linear memory itself: what is sent from them or received into them is copied nowhere else. They are valid
 * until the method returns, and nobody may use them after that.
 */
public interface ObjectGateway {
    /** Stores what remains of {@code object}. Returns the reference's text. */
    String put(ByteBuffer object, int retrievals) throws Refused, InterruptedException;

    /** Retrieves an object once and commits the retrieval when the last byte is in its place. */
    void get(String reference, Destination into) throws Refused, InterruptedException;

    /** Calls a URL with what remains of {@code body} and takes the body of a 2xx answer; other answers are refusals. */
    void invoke(String url, ByteBuffer body, Destination into) throws Refused, InterruptedException;

    /** A region of the caller's linear memory, to be filled from its start. */
    interface Destination {
        /**
         * Says how many bytes there will be in all, and makes room for them. Once, before the first {@link #room}; without it the room grows as
         * needed, at the price of copies.
         *
         * @throws GuestException when there is no room; let it pass
         */
        void expect(long bytes);

        /**
         * Where the next bytes go: at least one is free. Valid until the next call here.
         *
         * @throws GuestException when there is no room; let it pass
         * @throws IllegalStateException when the expected bytes are all there
         */
        ByteBuffer room();

        /** That many bytes have been put at the start of the {@link #room}. */
        void advance(int bytes);

        /** Copies what remains of {@code source}. */
        default void write(ByteBuffer source) {
            while (source.hasRemaining()) {
                ByteBuffer room = room();
                int bytes = Math.min(room.remaining(), source.remaining());
                room.put(0, source, source.position(), bytes);
                source.position(source.position() + bytes);
                advance(bytes);
            }
        }
    }

    /** The gateway said no. The guest gets the error number, and the message through {@code last_error}. */
    final class Refused extends Exception {
        @Serial
        private static final long serialVersionUID = 1;

        private final int errno;

        /** @param errno positive, one of {@link GuestErrno} */
        public Refused(int errno, String message) {
            super(message, null, false, false); // Guests cause these at will.
            this.errno = errno;
        }

        public int errno() {
            return errno;
        }
    }

    /** For a host without object transfer: refuses everything. */
    ObjectGateway NONE = new ObjectGateway() {
        @Override
        public String put(ByteBuffer object, int retrievals) throws Refused {
            throw none();
        }

        @Override
        public void get(String reference, Destination into) throws Refused {
            throw none();
        }

        @Override
        public void invoke(String url, ByteBuffer body, Destination into) throws Refused {
            throw none();
        }

        private static Refused none() {
            return new Refused(GuestErrno.ENOSYS, "there is no object transfer here");
        }
    };
}
