package dev.baton.sdk;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Memory as a stream. One thread. */
final class SegmentStream extends InputStream {
    private final MemorySegment memory;
    private long at;

    SegmentStream(MemorySegment memory) {
        this.memory = memory;
    }

    @Override
    public int read() {
        return at == memory.byteSize() ? -1 : memory.get(JAVA_BYTE, at++) & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, into.length);
        long left = memory.byteSize() - at;
        if (left == 0 && length > 0) {
            return -1;
        }
        int bytes = (int) Math.min(length, left);
        MemorySegment.copy(memory, JAVA_BYTE, at, into, offset, bytes);
        at += bytes;
        return bytes;
    }

    @Override
    public long skip(long bytes) {
        long skipped = Math.clamp(bytes, 0, memory.byteSize() - at);
        at += skipped;
        return skipped;
    }

    @Override
    public int available() {
        return (int) Math.min(Integer.MAX_VALUE, memory.byteSize() - at);
    }
}
