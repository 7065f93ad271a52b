package dev.baton.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * A guest makes one host call with any arguments: a region outside of its memory is refused before anything is done, a sound one gives
 * what the call promises, and nothing else ends the guest.
 */
class HostCallsFuzzTest {
    private static final int CALLS = 6;
    private static final int ARGUMENTS = 5;
    private static final long SIZE = 2 * 65536;
    private static final String STORED = "ref";

    private static final AtomicInteger asked = new AtomicInteger();
    private static FunctionHost host;

    @BeforeAll
    static void load() {
        host = Guests.host(Guests.limits(), new Gateway(), FunctionObserver.NONE);
        host.load("calls", Guests.hostile("calls"));
        host.load("echo", Guests.hostile("echo"));
    }

    @AfterAll
    static void close() {
        host.close();
        assertThat(host.memory().charged()).isZero();
    }

    /** @param input one octet for the call, then five numbers */
    @FuzzTest
    void hostCall(byte[] input) {
        if (input.length < 1 + ARGUMENTS * Integer.BYTES) {
            return;
        }
        int call = Math.floorMod(input[0], CALLS);
        int[] a = new int[ARGUMENTS];
        Guests.little(input)
                .position(1)
                .slice()
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer()
                .get(a);
        boolean sound =
                switch (call) {
                    case 0 -> holds(a[0], a[1]) && holds(a[3], a[4]);
                    case 1 -> holds(a[0], a[1]);
                    case 2 -> holds(a[0], a[1]) && holds(a[2], a[3]);
                    case 3 -> holds(a[0], a[1]);
                    case 4 -> holds(a[1], a[2]);
                    default -> holds(a[0], a[1]) && holds(a[2], 32);
                };
        asked.set(0);
        long result;
        try {
            byte[] answer = Guests.call(host, "calls", Guests.ints(call, a[0], a[1], a[2], a[3], a[4]));
            result = Guests.little(answer).getLong();
        } catch (GuestException e) {
            boolean log = call == 4 && !sound;
            // The guest stores its result itself, and places what it is given wherever its allocator says.
            boolean own = sound && e.kind() != GuestException.Kind.CANCELLED;
            assertThat(log || own).as("%s of call %s", e, call).isTrue();
            return;
        }
        if (!sound) {
            assertThat(result).isEqualTo(-GuestErrno.EFAULT);
            assertThat(asked).as("nothing has been done").hasValue(0);
            return;
        }
        switch (call) {
            case 0 ->
                assertThat(result)
                        .isEqualTo(
                                a[2] < 1
                                        ? -GuestErrno.EINVAL
                                        : Integer.compareUnsigned(a[4], 200) < 0
                                                ? -GuestErrno.ERANGE
                                                : STORED.length());
            case 3 -> assertThat(result).isBetween(0L, Integer.toUnsignedLong(a[1]));
            case 4, 5 -> assertThat(result).isZero();
            default -> assertThat(result).isGreaterThanOrEqualTo(-4096);
        }
    }

    private static boolean holds(int at, int length) {
        return Integer.toUnsignedLong(at) + Integer.toUnsignedLong(length) <= SIZE;
    }

    private static final class Gateway implements ObjectGateway {
        @Override
        public String put(ByteBuffer object, int retrievals) {
            asked.incrementAndGet();
            return STORED;
        }

        @Override
        public void get(String reference, Destination into) {
            asked.incrementAndGet();
            into.expect(3);
            into.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        }

        @Override
        public void invoke(String url, ByteBuffer body, Destination into) {
            asked.incrementAndGet();
            into.expect(0);
        }
    }
}
