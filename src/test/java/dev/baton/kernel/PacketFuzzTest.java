package dev.baton.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Whatever recvmsg leaves in a packet's memory: every descriptor in it gets one owner, is closed once when the packet cannot be given
 * to anybody, and nothing is read that was not received.
 */
class PacketFuzzTest {
    // struct msghdr and struct cmsghdr of every 64-bit Linux.
    private static final int IOVEC_POINTER = 16;
    private static final int CONTROL_POINTER = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int FLAGS = 48;
    private static final int CMSG_DATA = 16;

    /** Room for one descriptor more than the kernel gives. */
    private static final int CONTROL_BYTES = CMSG_DATA + 254 * Integer.BYTES;

    private static final int TRUNCATED = 0x20 | 8;
    private static final Given FULL = full();

    /** What the kernel says it has received. */
    private static final class Given {
        private final long result;
        private final int flags;
        private final byte[] control;
        private final byte[] text;

        Given(long result, int flags, byte[] control, byte[] text) {
            this.result = result;
            this.flags = flags;
            this.control = control;
            this.text = text;
        }
    }

    /** @param input the call's result and the flags, two octets each, the length of the ancillary data, the data, and the text */
    @FuzzTest
    void packet(byte[] input) {
        if (input.length < 6) {
            return;
        }
        ByteBuffer in = ByteBuffer.wrap(input);
        int result = in.getShort();
        int flags = in.getShort();
        byte[] control = new byte[Math.min((in.getShort() & 0xffff) % (CONTROL_BYTES + 1), in.remaining())];
        in.get(control);
        byte[] text = new byte[in.remaining()];
        in.get(text);
        receive(new Given(Math.min(result, Packet.TEXT_BYTES_MAX + 1), flags, control, text));
    }

    private static void receive(Given given) {
        List<Integer> closed = new ArrayList<>();
        List<Integer> expected = given.result < 0 ? List.of() : descriptors(given.control);
        if (given.result == -Errno.EINTR || expected.stream().anyMatch(number -> number < 0)) {
            return; // The one is not told for ever, the other never.
        }
        Given[] next = {FULL};
        Packet.@Nullable Received received = null;
        @Nullable LinuxException failure = null;
        try (Packet packet = new Packet(linux(next, closed))) {
            // What an earlier packet has left in the memory must not be seen again.
            packet.receive(1);
            closed.clear();
            next[0] = given;
            received = packet.receive(1);
        } catch (LinuxException e) {
            failure = e;
        }
        if (given.result == -Errno.EAGAIN) {
            assertThat(received).isNull();
            assertThat(failure).isNull();
        } else if (given.result <= 0) {
            assertThat(received).isNull();
            assertThat(failure).isNotNull();
            assertThat(closed).isEqualTo(expected);
        } else {
            assertThat(failure).isNull();
            assertThat(received).isNotNull();
            check(given, received, expected, closed);
        }
    }

    /** As much as a packet can hold. */
    private static Given full() {
        ByteBuffer control =
                ByteBuffer.allocate(CMSG_DATA + 253 * Integer.BYTES).order(ByteOrder.nativeOrder());
        control.putLong(control.capacity()).putInt(1).putInt(1);
        while (control.hasRemaining()) {
            control.putInt(control.position());
        }
        byte[] text = new byte[Packet.TEXT_BYTES_MAX];
        Arrays.fill(text, (byte) 'x');
        return new Given(text.length, 0, control.array(), text);
    }

    private static void check(Given given, Packet.Received received, List<Integer> expected, List<Integer> closed) {
        int length = (int) Math.min(given.result, Packet.TEXT_BYTES_MAX);
        assertThat(received.text()).isEqualTo(new String(Arrays.copyOf(given.text, length), StandardCharsets.UTF_8));
        assertThat(received.whole()).isEqualTo((given.flags & TRUNCATED) == 0 && given.result <= Packet.TEXT_BYTES_MAX);
        assertThat(closed).as("they are the receiver's").isEmpty();
        assertThat(received.descriptors()).extracting(Descriptor::number).isEqualTo(expected);
        received.descriptors().forEach(Descriptor::close);
        received.descriptors().forEach(Descriptor::close);
        assertThat(closed).isEqualTo(expected);
    }

    /** As CMSG_NXTHDR goes through them. */
    private static List<Integer> descriptors(byte[] control) {
        List<Integer> found = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(control).order(ByteOrder.nativeOrder());
        long at = 0;
        while (at + CMSG_DATA <= control.length) {
            long length = in.getLong((int) at);
            if (length < CMSG_DATA || length > control.length - at) {
                return found;
            }
            if (in.getInt((int) at + 8) == 1 && in.getInt((int) at + 12) == 1) {
                for (long each = at + CMSG_DATA; each + 4 <= at + length; each += 4) {
                    found.add(in.getInt((int) each));
                }
            }
            at += (length + 7) / 8 * 8;
        }
        return found;
    }

    private static Linux linux(Given[] next, List<Integer> closed) {
        Linux real = Linux.running();
        AtomicInteger calls = new AtomicInteger();
        LocalSockets sockets = (LocalSockets) Proxy.newProxyInstance(
                LocalSockets.class.getClassLoader(), new Class<?>[] {LocalSockets.class}, (self, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("recvmsg");
                    // A signal comes ahead of every packet.
                    return calls.getAndIncrement() % 2 == 0 ? -Errno.EINTR : recvmsg(next[0], (long) arguments[1]);
                });
        Descriptors descriptors = (Descriptors) Proxy.newProxyInstance(
                Descriptors.class.getClassLoader(), new Class<?>[] {Descriptors.class}, (self, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("close");
                    closed.add((int) arguments[0]);
                    return 0;
                });
        return new Linux(real.memory(), descriptors, real.pipes(), real.sockets(), real.files(), sockets);
    }

    private static long recvmsg(Given given, long header) {
        if (given.result >= 0) {
            long room = RawMemory.getLong(header + CONTROL_LENGTH);
            assertThat(room).isGreaterThanOrEqualTo(CMSG_DATA + 253 * Integer.BYTES);
            int length = (int) Math.min(room, given.control.length);
            RawMemory.copy(given.control, 0, RawMemory.getLong(header + CONTROL_POINTER), length);
            RawMemory.putLong(header + CONTROL_LENGTH, length);
            RawMemory.putInt(header + FLAGS, given.flags);
            long iovec = RawMemory.getLong(header + IOVEC_POINTER);
            assertThat(RawMemory.getLong(iovec + Long.BYTES)).isGreaterThanOrEqualTo(given.result);
            byte[] text = Arrays.copyOf(given.text, (int) given.result);
            RawMemory.copy(text, 0, RawMemory.getLong(iovec), text.length);
        }
        return given.result;
    }
}
