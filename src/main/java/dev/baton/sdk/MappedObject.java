package dev.baton.sdk;

import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** An object that is memory of this process. */
final class MappedObject extends BatonObject {
    private final MemorySegment memory;
    private final Arena arena;

    MappedObject(String contentType, MemorySegment memory, Arena arena) {
        super(contentType, BatonClient.Path.MEMORY);
        this.memory = memory;
        this.arena = arena;
    }

    @Override
    public long size() {
        return memory.byteSize();
    }

    @Override
    public MemorySegment segment() {
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException("the object is closed");
        }
        return memory;
    }

    @Override
    public InputStream stream() {
        return new SegmentStream(segment());
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
