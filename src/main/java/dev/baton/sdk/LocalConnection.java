package dev.baton.sdk;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** One connection to the sidecar's socket: a packet asks, a packet answers. One thread at a time; blocks. */
final class LocalConnection implements AutoCloseable {
    static final int NONE = -1;

    /** A packet's text, and its descriptor or {@link #NONE}; the descriptor is the receiver's. */
    record Message(String text, int descriptor) {}

    private static final int TEXT_BYTES_MAX = 4096;

    // struct msghdr with one iovec, and a cmsghdr with room for two descriptors: a second one is closed, not lost.
    private static final long IOVEC = 64;
    private static final long CONTROL = 96;
    private static final long CONTROL_BYTES = 24;
    private static final long TEXT = 128;
    private static final int CMSG_DATA = 16;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory = arena.allocate(TEXT + TEXT_BYTES_MAX, Long.BYTES);
    private final int socket;
    private boolean closed;

    /**
     * @param name without a leading {@code @}
     * @throws IOException if nobody listens
     */
    LocalConnection(String name) throws IOException {
        socket = LinuxCalls.socket();
        byte[] path = name.getBytes(StandardCharsets.US_ASCII);
        try (Arena here = Arena.ofConfined()) {
            MemorySegment address = here.allocate(Short.BYTES + 1 + path.length, Short.BYTES);
            address.set(JAVA_SHORT, 0, (short) LinuxCalls.AF_UNIX);
            MemorySegment.copy(path, 0, address, JAVA_BYTE, Short.BYTES + 1, path.length);
            LinuxCalls.connect(socket, address);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** @param descriptor {@link #NONE}, or one that stays the caller's */
    Message ask(String text, int descriptor) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > TEXT_BYTES_MAX) {
            throw new IOException("the request is too long");
        }
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, TEXT, bytes.length);
        header(bytes.length, descriptor == NONE ? 0 : CONTROL_BYTES);
        if (descriptor != NONE) {
            memory.set(JAVA_LONG, CONTROL, CMSG_DATA + Integer.BYTES);
            // SOL_SOCKET, SCM_RIGHTS
            memory.set(JAVA_INT, CONTROL + 8, 1);
            memory.set(JAVA_INT, CONTROL + 12, 1);
            memory.set(JAVA_INT, CONTROL + CMSG_DATA, descriptor);
        }
        LinuxCalls.send(socket, memory);
        return receive();
    }

    private Message receive() throws IOException {
        header(TEXT_BYTES_MAX, CONTROL_BYTES);
        long bytes = LinuxCalls.receive(socket, memory);
        int found = NONE;
        long length = memory.get(JAVA_LONG, 40) < CMSG_DATA ? 0 : memory.get(JAVA_LONG, CONTROL);
        for (long at = CMSG_DATA; at + Integer.BYTES <= length; at += Integer.BYTES) {
            int descriptor = memory.get(JAVA_INT, CONTROL + at);
            if (found == NONE) {
                found = descriptor;
            } else {
                LinuxCalls.close(descriptor);
            }
        }
        if (bytes == 0) {
            throw new IOException("the sidecar closed the connection");
        }
        byte[] text = new byte[(int) bytes];
        MemorySegment.copy(memory, JAVA_BYTE, TEXT, text, 0, text.length);
        return new Message(new String(text, StandardCharsets.UTF_8), found);
    }

    private void header(long textBytes, long controlBytes) {
        memory.asSlice(0, TEXT).fill((byte) 0);
        memory.set(JAVA_LONG, 16, memory.address() + IOVEC);
        memory.set(JAVA_LONG, 24, 1);
        memory.set(JAVA_LONG, 32, controlBytes == 0 ? 0 : memory.address() + CONTROL);
        memory.set(JAVA_LONG, 40, controlBytes);
        memory.set(JAVA_LONG, IOVEC, memory.address() + TEXT);
        memory.set(JAVA_LONG, IOVEC + 8, textBytes);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            LinuxCalls.close(socket);
            arena.close();
        }
    }
}
