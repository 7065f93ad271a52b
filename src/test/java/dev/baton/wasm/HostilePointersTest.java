package dev.baton.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.wasm.GuestException.Kind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Test 37: every region that a guest names is checked before anything is done with it: -1, 2^32 - 1, overflowing sums, beyond 2 GiB, the very end. */
class HostilePointersTest {
    private static final int PUT = 0;
    private static final int GET = 1;
    private static final int INVOKE = 2;
    private static final int LAST_ERROR = 3;
    private static final int LOG = 4;
    private static final int SHA256 = 5;
    private static final int SIZE = 2 * 65536;

    private static final List<String> log = new CopyOnWriteArrayList<>();
    private static final List<String> asked = new CopyOnWriteArrayList<>();
    private static FunctionHost host;

    @BeforeAll
    static void load() {
        host = Guests.host(Guests.limits(), new Gateway(), new FunctionObserver() {
            @Override
            public void log(String function, int level, String text) {
                log.add(level + text);
            }
        });
        for (String name : List.of("calls", "answers", "allocates", "echo", "copies", "tables")) {
            host.load(name, Guests.hostile(name));
        }
    }

    @AfterAll
    static void close() {
        host.close();
        assertThat(host.memory().charged()).isZero();
    }

    @ParameterizedTest(name = "[{0}, +{1})")
    @CsvSource({
        "-1, 1",
        "-1, -1",
        "0, -1",
        "1, -1",
        "2147483647, 1",
        "-2147483648, 0",
        "-2147483648, -2147483648",
        "131072, 1",
        "131071, 2",
        "131073, 0",
        "65536, -65536",
        "100, 2147483647"
    })
    void aRegionOutsideIsRefusedByEveryCall(int at, int length) {
        asked.clear();
        assertThat(call(PUT, at, length, 1, 512, 256)).isEqualTo(-GuestErrno.EFAULT);
        assertThat(call(PUT, 512, 4, 1, at, length)).isEqualTo(-GuestErrno.EFAULT);
        assertThat(call(GET, at, length)).isEqualTo(-GuestErrno.EFAULT);
        assertThat(call(INVOKE, at, length, 0x300, 0)).isEqualTo(-GuestErrno.EFAULT);
        assertThat(call(INVOKE, 0x200, 4, at, length)).isEqualTo(-GuestErrno.EFAULT);
        assertThat(call(INVOKE, 0x300, 9, at, length)).isEqualTo(-GuestErrno.EFAULT);
        assertThat(call(LAST_ERROR, at, length)).isEqualTo(-GuestErrno.EFAULT);
        assertThat(call(SHA256, at, length, 64)).isEqualTo(-GuestErrno.EFAULT);
        assertTraps("calls", request(LOG, 1, at, length), "log: the text lies outside");
        assertThat(asked).as("nothing was done").isEmpty();
    }

    @Test
    void aHashNeedsRoomForAllOfIt() {
        assertThat(call(SHA256, 0, 8, SIZE - 31)).isEqualTo(-GuestErrno.EFAULT);
        assertThat(call(SHA256, 0, 8, -16)).isEqualTo(-GuestErrno.EFAULT);
        assertThat(call(SHA256, 0, 8, SIZE - 32)).isZero();
    }

    @Test
    void lengthZeroAtTheVeryEndIsARegion() {
        asked.clear();
        assertThat(call(PUT, SIZE, 0, 1, 512, 256)).isEqualTo(3);
        assertThat(call(INVOKE, 0x300, 9, SIZE, 0)).isGreaterThanOrEqualTo(0);
        assertThat(call(INVOKE, 0x200, 4, SIZE, 0)).as("a neighbour").isGreaterThanOrEqualTo(0);
        assertThat(call(LAST_ERROR, SIZE, 0)).isZero();
        assertThat(call(LOG, 1, SIZE, 0)).isZero();
        assertThat(asked).containsExactly("put 0", "invoke http://x/ 0");
    }

    @Test
    void argumentsThatMakeNoSenseAreRefusedBeforeAnythingIsDone() {
        asked.clear();
        assertThat(call(PUT, 0, 4, 0, 512, 256)).as("no retrievals").isEqualTo(-GuestErrno.EINVAL);
        assertThat(call(PUT, 0, 4, -1, 512, 256)).isEqualTo(-GuestErrno.EINVAL);
        assertThat(call(PUT, 0, 4, 1, 512, 199)).as("no room for the reference").isEqualTo(-GuestErrno.ERANGE);
        assertThat(call(PUT, 0, 4, 1, 512, 0)).isEqualTo(-GuestErrno.ERANGE);
        assertThat(call(GET, 0, 201)).as("longer than any reference").isEqualTo(-GuestErrno.ENOENT);
        assertThat(call(INVOKE, 0, 8193, 0, 0)).as("longer than any target").isEqualTo(-GuestErrno.EINVAL);
        assertThat(call(INVOKE, 0x200, 3, 0, 0)).as("no such neighbour").isEqualTo(-GuestErrno.ENOENT);
        assertThat(call(INVOKE, 0x200, 0, 0, 0)).as("no name").isEqualTo(-GuestErrno.ENOENT);
        assertThat(asked).isEmpty();
    }

    @Test
    void aLongLogLineIsCut() {
        log.clear();
        assertThat(call(LOG, 7, 0x1000, 60_000)).isZero();
        assertThat(log)
                .singleElement()
                .satisfies(line -> assertThat(line).startsWith("3").hasSize(8193));
    }

    @Test
    void anObjectIsPlacedOnlyWhereThereIsMemory() {
        assertThat(call(GET, 0x300, 9)).as("after the body's 24 bytes").isEqualTo(0x1_0018L << 32 | 11);
        assertTraps("calls", request(GET, 0x300, 8), "outside of the function's memory");
    }

    @ParameterizedTest(name = "packed {0}")
    @ValueSource(
            longs = {
                0x0000_ffff_0000_0002L,
                0x0001_0000_0000_0001L,
                0x0000_0000_0001_0001L,
                0x0000_0001_ffff_ffffL,
                0x0000_0000_ffff_ffffL,
                0x7fff_ffff_7fff_ffffL,
                0x8000_0000_0000_0000L,
                0xffff_ffff_0000_0001L,
                0x0001_0001_0000_0000L
            })
    void anAnswerOutsideIsATrap(long packed) {
        assertTraps("answers", Guests.longs(packed), "answer lies outside");
    }

    @Test
    void anAnswerOfLengthZeroAtTheEndIsEmptyAndOneOfTheWholeMemoryIsWhole() {
        assertThat(Guests.call(host, "answers", Guests.longs(0x0001_0000_0000_0000L)))
                .isEmpty();
        assertThat(Guests.call(host, "answers", Guests.longs(0x1_0000L))).hasSize(65_536);
    }

    @Test
    void aNegativeAnswerIsTheFunctionsOwnFailure() {
        Guests.assertEnds(Kind.FAILED, () -> Guests.call(host, "answers", Guests.longs(-5)), "error 5");
    }

    @ParameterizedTest(name = "allocator that lies about {0} bytes")
    @ValueSource(ints = {1, 2, 3, 5, 6})
    void anAllocatorThatLiesIsATrap(int length) {
        Guests.assertEnds(Kind.TRAP, () -> Guests.call(host, "allocates", new byte[length]), "");
    }

    @Test
    void anAllocatorThatHasNothingIsTooLarge() {
        Guests.assertEnds(Kind.TOO_LARGE, () -> Guests.call(host, "allocates", new byte[4]), "");
        assertThat(Guests.call(host, "allocates", new byte[8])).hasSize(4);
    }

    @Test
    void aBodyBeyondTheMemoryIsTooLargeWhateverItSays() {
        byte[] body = new byte[20 << 20];
        for (long length : new long[] {body.length, -1, 1L << 31, 1L << 40}) {
            Guests.assertEnds(
                    Kind.TOO_LARGE, () -> Guests.call(host, "echo", new Guests.Bytes(body, length, 1 << 20)), "");
        }
    }

    @Test
    void overlappingCopiesOfAGuestAreAsIfThroughABuffer() {
        byte[] rest = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
        assertThat(copied(14, 12, 10, rest)).isEqualTo("010123456789cdef");
        assertThat(copied(12, 14, 10, rest)).isEqualTo("23456789ababcdef");
        byte[] wild = new byte[12 + rest.length];
        System.arraycopy(Guests.ints(0xf000 - 4, 0, 8), 0, wild, 0, 12);
        assertTraps("copies", wild, "out of bounds");
    }

    @Test
    void aTableCannotGrowBeyondWhatTheHeapHolds() {
        assertThat(Guests.call(host, "tables", Guests.ints(1_000_000_000))).isEqualTo(Guests.ints(-1, 1));
        assertThat(Guests.call(host, "tables", Guests.ints(-1))).isEqualTo(Guests.ints(-1, 1));
        assertThat(Guests.call(host, "tables", Guests.ints(1000))).isEqualTo(Guests.ints(1, 1));
        assertThat(Guests.call(host, "tables", Guests.ints(1000)))
                .as("the next instance begins anew")
                .isEqualTo(Guests.ints(1, 1));
    }

    private static String copied(int to, int from, int length, byte[] rest) {
        byte[] body = new byte[12 + rest.length];
        System.arraycopy(Guests.ints(to, from, length), 0, body, 0, 12);
        System.arraycopy(rest, 0, body, 12, rest.length);
        byte[] answer = Guests.call(host, "copies", body);
        return new String(answer, 12, rest.length, StandardCharsets.US_ASCII);
    }

    private static long call(int... request) {
        return Guests.little(Guests.call(host, "calls", request(request))).getLong();
    }

    private static byte[] request(int... values) {
        return Guests.ints(java.util.Arrays.copyOf(values, 6));
    }

    private static void assertTraps(String function, byte[] body, String why) {
        Guests.assertEnds(Kind.TRAP, () -> Guests.call(host, function, body), why);
    }

    /** Notes what reaches it; "http://x/" as a reference is a small object, "http://x" one of 200 KiB. */
    private static final class Gateway implements ObjectGateway {
        @Override
        public String put(java.nio.ByteBuffer object, int retrievals) {
            asked.add("put " + object.remaining());
            return "ref";
        }

        @Override
        public void get(String reference, Destination into) {
            byte[] object = reference.equals("http://x/")
                    ? "hello there".getBytes(StandardCharsets.US_ASCII)
                    : new byte[200 << 10];
            into.expect(object.length);
            into.write(java.nio.ByteBuffer.wrap(object));
        }

        @Override
        public void invoke(String url, java.nio.ByteBuffer body, Destination into) {
            asked.add("invoke " + url + " " + body.remaining());
            into.expect(0);
        }
    }
}
