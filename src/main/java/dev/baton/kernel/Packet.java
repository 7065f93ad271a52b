package dev.baton.kernel;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Native memory for one packet of a local socket and the descriptors that travel with it. There is room for as many descriptors as the
 * kernel lets a packet have: fewer, and those beyond would be cut off, or, with room for half of one more, be installed and never seen.
 *
 * <p>One thread at a time. Needs {@code --sun-misc-unsafe-memory-access=allow}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/unix.7.html">unix(7)</a>
 * @see <a href="https://man7.org/linux/man-pages/man3/cmsg.3.html">cmsg(3)</a>
 */
public final class Packet implements AutoCloseable {
    /** Longest text of a packet, in bytes. */
    public static final int TEXT_BYTES_MAX = 4096;

    // struct msghdr, as every 64-bit Linux has it, then its one iovec, the ancillary data and the text.
    private static final int IOVEC_POINTER = 16;
    private static final int IOVEC_COUNT = 24;
    private static final int CONTROL_POINTER = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int FLAGS = 48;
    private static final int HEADER_BYTES = 56;
    private static final int IOVEC = 64;
    private static final int CONTROL = 128;
    private static final int TEXT = 2048;

    // struct cmsghdr, followed by the descriptors' numbers.
    private static final int CMSG_LEVEL = 8;
    private static final int CMSG_TYPE = 12;
    private static final int CMSG_DATA = 16;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int SCM_MAX_FD = 253;
    private static final int CONTROL_BYTES = CMSG_DATA + (SCM_MAX_FD + 1) * Integer.BYTES;

    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_CTRUNC = 8;

    /**
     * What came.
     *
     * @param descriptors the receiver's to close
     * @param whole false if text or descriptors did not fit, or could not be given for want of room in the process's table; the
     *     kernel has dropped what is missing
     */
    public record Received(String text, List<Descriptor> descriptors, boolean whole) {
        public Received {
            descriptors = List.copyOf(descriptors);
        }
    }

    private final Linux linux;
    private final Mapping memory;

    /** @throws LinuxException ENOMEM */
    public Packet(Linux linux) {
        this.linux = linux;
        memory = Mapping.anonymous(linux.memory(), TEXT + TEXT_BYTES_MAX + 1);
    }

    /**
     * Takes one packet off a socket that does not block. Descriptors are closed on exec.
     *
     * @return null when none is there
     * @throws LinuxException what recvmsg says; ECONNRESET when the other side has ended (a packet without text counts as that)
     */
    public @Nullable Received receive(int socket) {
        long header = header(CONTROL_BYTES, TEXT_BYTES_MAX + 1);
        long bytes;
        do {
            bytes = linux.localSockets()
                    .recvmsg(socket, header, LocalSockets.MSG_CMSG_CLOEXEC | LocalSockets.MSG_DONTWAIT);
        } while (bytes == -Errno.EINTR);
        if (bytes == -Errno.EAGAIN) {
            return null;
        }
        LinuxException.check("recvmsg", bytes);
        List<Descriptor> descriptors = descriptors();
        if (bytes == 0) {
            descriptors.forEach(Descriptor::close);
            throw new LinuxException("recvmsg", Errno.ECONNRESET);
        }
        int flags = RawMemory.getInt(header + FLAGS);
        byte[] text = new byte[(int) Math.min(bytes, TEXT_BYTES_MAX)];
        RawMemory.copy(memory.address() + TEXT, text, 0, text.length);
        return new Received(
                new String(text, StandardCharsets.UTF_8),
                descriptors,
                (flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 && bytes <= TEXT_BYTES_MAX);
    }

    private List<Descriptor> descriptors() {
        List<Descriptor> found = new ArrayList<>(1);
        long at = memory.address() + CONTROL;
        long end = at + RawMemory.getLong(memory.address() + CONTROL_LENGTH);
        while (end - at >= CMSG_DATA) {
            long length = RawMemory.getLong(at);
            if (length < CMSG_DATA || length > end - at) {
                break;
            }
            if (RawMemory.getInt(at + CMSG_LEVEL) == SOL_SOCKET && RawMemory.getInt(at + CMSG_TYPE) == SCM_RIGHTS) {
                for (long each = CMSG_DATA; each + Integer.BYTES <= length; each += Integer.BYTES) {
                    found.add(new Descriptor(linux.descriptors(), RawMemory.getInt(at + each)));
                }
            }
            at += (length + Long.BYTES - 1) & -Long.BYTES;
        }
        return found;
    }

    /**
     * Sends one packet, with a descriptor if there is one; the sender keeps it.
     *
     * @param text at most {@link #TEXT_BYTES_MAX} bytes in UTF-8, at least one
     * @return false when the socket does not block and takes none now
     * @throws LinuxException what sendmsg says; EPIPE or ECONNRESET when the other side has ended
     */
    public boolean send(int socket, String text, @Nullable Descriptor descriptor) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > TEXT_BYTES_MAX) {
            throw new IllegalArgumentException("a packet of " + bytes.length + " bytes");
        }
        long header = header(descriptor == null ? 0 : CMSG_DATA + Long.BYTES, bytes.length);
        RawMemory.copy(bytes, 0, memory.address() + TEXT, bytes.length);
        if (descriptor != null) {
            long control = memory.address() + CONTROL;
            RawMemory.putLong(control, CMSG_DATA + Integer.BYTES);
            RawMemory.putInt(control + CMSG_LEVEL, SOL_SOCKET);
            RawMemory.putInt(control + CMSG_TYPE, SCM_RIGHTS);
            RawMemory.putLong(control + CMSG_DATA, 0);
            RawMemory.putInt(control + CMSG_DATA, descriptor.number());
        }
        long result;
        do {
            result = linux.localSockets().sendmsg(socket, header, Sockets.MSG_NOSIGNAL | LocalSockets.MSG_DONTWAIT);
        } while (result == -Errno.EINTR);
        if (result == -Errno.EAGAIN) {
            return false;
        }
        LinuxException.check("sendmsg", result);
        return true;
    }

    private long header(int controlBytes, int textBytes) {
        long header = memory.address();
        RawMemory.fill(header, HEADER_BYTES, (byte) 0);
        RawMemory.putLong(header + IOVEC_POINTER, header + IOVEC);
        RawMemory.putLong(header + IOVEC_COUNT, 1);
        RawMemory.putLong(header + CONTROL_POINTER, controlBytes == 0 ? 0 : header + CONTROL);
        RawMemory.putLong(header + CONTROL_LENGTH, controlBytes);
        RawMemory.putLong(header + IOVEC, header + TEXT);
        RawMemory.putLong(header + IOVEC + Long.BYTES, textBytes);
        return header;
    }

    @Override
    public void close() {
        memory.close();
    }
}
