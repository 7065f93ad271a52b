package dev.baton.demo;

import java.nio.ByteBuffer;

/**
 * Finds the end of a chunked body without taking it apart, so that the bytes can pass as they came:
 * chunk sizes, extensions and trailers included (RFC 9112, section 7.1). Not thread-safe.
 */
final class ChunkScanner {
    private enum State {
        SIZE,
        EXTENSION,
        DATA,
        DATA_END,
        TRAILER,
        DONE
    }

    private State state = State.SIZE;
    private long size;
    private int digits;
    private int lineLength;

    boolean done() {
        return state == State.DONE;
    }

    /**
     * Moves the buffer's position past what belongs to the body.
     *
     * @throws IllegalArgumentException on a chunk size that is none
     */
    void scan(ByteBuffer bytes) {
        while (state != State.DONE && bytes.hasRemaining()) {
            if (state == State.DATA) {
                int step = (int) Math.min(size, bytes.remaining());
                bytes.position(bytes.position() + step);
                size -= step;
                if (size == 0) {
                    state = State.DATA_END;
                }
            } else {
                next(bytes.get());
            }
        }
    }

    private void next(byte b) {
        switch (state) {
            case SIZE -> size(b);
            case EXTENSION -> {
                if (b == '\n') {
                    state = size == 0 ? State.TRAILER : State.DATA;
                    lineLength = 0;
                }
            }
            case DATA_END -> {
                if (b == '\n') {
                    state = State.SIZE;
                    digits = 0;
                }
            }
            case TRAILER -> {
                if (b == '\n') {
                    state = lineLength == 0 ? State.DONE : State.TRAILER;
                    lineLength = 0;
                } else if (b != '\r') {
                    lineLength++;
                }
            }
            case DATA, DONE -> throw new IllegalStateException("no line in " + state);
        }
    }

    private void size(byte b) {
        int digit = Character.digit(b, 16);
        if (digit >= 0 && digits < 15) {
            size = size * 16 + digit;
            digits++;
        } else if (digits > 0 && (b == '\r' || b == ';' || b == ' ')) {
            state = State.EXTENSION;
        } else {
            throw new IllegalArgumentException("not a chunk size");
        }
    }
}
