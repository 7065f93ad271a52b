package dev.baton.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.wasm.GuestException.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A guest learns nothing of the machine through WASI, and no pointer of its leads anywhere. */
class WasiCallsTest {
    private static final int BADF = 8;
    private static final int FAULT = 21;
    private static final int INVAL = 28;
    private static final int NOSYS = 52;
    private static final int SIZE = 65536;

    private final List<String> log = new CopyOnWriteArrayList<>();
    private FunctionHost host;
    private Guest guest;
    private LinearMemory memory;
    private GuestClock clock;

    @BeforeEach
    void start() throws LoadException {
        host = Guests.host(Guests.limits(), ObjectGateway.NONE, new FunctionObserver() {
            @Override
            public void log(String function, int level, String text) {
                log.add(level + text);
            }
        });
        host.load("copies", Guests.hostile("copies"));
        Guest.Module module =
                new ModuleLoader(host.limits(), host.memories(), new DeadlineWatch()).load(Guests.hostile("copies"));
        guest = new Guest(host.function("copies"), module, host.memories(), 0);
        memory = guest.memory();
        clock = new GuestClock(new DeadlineWatch(), Duration.ofSeconds(20));
        clock.start();
        guest.join(new CallChain(clock, 1));
    }

    @AfterEach
    void stop() {
        clock.stop();
        guest.close();
        host.close();
    }

    private long call(String name, long... arguments) {
        HostCall call = WasiCalls.ALL.stream()
                .filter(each -> each.name().equals(name))
                .findAny()
                .orElseThrow();
        assertThat(call.signature().indexOf(':')).isEqualTo(arguments.length);
        return call.body().run(guest, arguments);
    }

    @Test
    void theOnlyArgumentIsItsNameAndThereIsNoEnvironment() {
        assertThat(call("args_sizes_get", 0, 4)).isZero();
        assertThat(memory.readInt(0)).isEqualTo(1);
        assertThat(memory.readInt(4)).isEqualTo("copies".length() + 1);
        assertThat(call("args_get", 8, 100)).isZero();
        assertThat(memory.readInt(8)).isEqualTo(100);
        assertThat(memory.readCString(100)).isEqualTo("copies");
        assertThat(call("environ_sizes_get", 0, 4)).isZero();
        assertThat(memory.readLong(0)).isZero();
    }

    @Test
    void clocksTellWholeMilliseconds() {
        for (int id = 0; id < 2; id++) {
            assertThat(call("clock_time_get", id, 0, 64)).isZero();
            assertThat(memory.readLong(64) % 1_000_000).isZero();
            assertThat(call("clock_res_get", id, 64)).isZero();
            assertThat(memory.readLong(64)).isEqualTo(1_000_000);
        }
        assertThat(call("clock_time_get", 2, 0, 64)).as("the processor's time").isEqualTo(INVAL);
    }

    @Test
    void thereAreNoFiles() {
        for (int fd : new int[] {3, -1, Integer.MAX_VALUE}) {
            assertThat(call("fd_prestat_get", fd, 0)).isEqualTo(BADF);
            assertThat(call("fd_close", fd)).isEqualTo(BADF);
            assertThat(call("fd_fdstat_get", fd, 0)).isEqualTo(BADF);
            assertThat(call("fd_filestat_get", fd, 0)).isEqualTo(BADF);
            assertThat(call("fd_read", fd, 0, 0, 0)).isEqualTo(BADF);
            assertThat(call("fd_write", fd, 0, 0, 0)).isEqualTo(BADF);
        }
        HostCall open = WasiCalls.absent(new ModuleScan.Import(WasiCalls.MODULE, "path_open", "iiiiiIIii:i"));
        assertThat(open.body().run(guest, new long[9])).isEqualTo(NOSYS);
        assertThat(WasiCalls.absent(new ModuleScan.Import(WasiCalls.MODULE, "path_eat", ":i")))
                .isNull();
        assertThat(WasiCalls.absent(new ModuleScan.Import("env", "path_open", ":i")))
                .isNull();
    }

    @Test
    void theStandardStreamsAreStreams() {
        for (int fd = 0; fd < 3; fd++) {
            assertThat(call("fd_fdstat_get", fd, 0)).isZero();
            assertThat(memory.read(0)).isEqualTo((byte) 2);
            assertThat(call("fd_filestat_get", fd, 0)).isZero();
            assertThat(call("fd_seek", fd, 0, 0, 0)).isEqualTo(70);
        }
        assertThat(call("fd_read", 0, 0, 0, 64)).as("no vectors").isZero();
        vector(0, 128, 10);
        assertThat(call("fd_read", 0, 0, 1, 64))
                .as("a function with handle has no stdin")
                .isZero();
        assertThat(memory.readInt(64)).isZero();
    }

    @Test
    void whatIsWrittenOutsideOfACommandGoesToTheLog() {
        memory.write(128, "hello".getBytes(StandardCharsets.US_ASCII));
        vector(0, 128, 5);
        vector(8, 130, 0);
        assertThat(call("fd_write", 1, 0, 2, 64)).isZero();
        assertThat(memory.readInt(64)).isEqualTo(5);
        assertThat(call("fd_write", 2, 0, 1, 64)).isZero();
        assertThat(log).containsExactly("1hello", "2hello");
    }

    @ParameterizedTest(name = "[{0}, +{1})")
    @CsvSource({"-1, 1", "0, -1", "65536, 1", "65535, 2", "-2147483648, -2147483648", "2147483647, 2147483647"})
    void vectorsOutsideAreRefused(int at, int length) {
        vector(0, 128, 5);
        vector(8, at, length);
        assertThat(call("fd_write", 2, 0, 2, 64)).isEqualTo(FAULT);
        assertThat(call("fd_read", 0, 0, 2, 64)).isEqualTo(FAULT);
        assertThat(log).as("nothing was written of the good one either").isEmpty();
        assertThat(call("random_get", at, length)).isEqualTo(FAULT);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, SIZE - 3, SIZE, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void resultsOutsideAreRefused(int out) {
        vector(0, 128, 5);
        assertThat(call("fd_write", 2, 0, 1, out)).isEqualTo(FAULT);
        assertThat(call("fd_read", 0, 0, 1, out)).isEqualTo(FAULT);
        assertThat(call("fd_fdstat_get", 0, out)).isEqualTo(FAULT);
        assertThat(call("fd_filestat_get", 0, out)).isEqualTo(FAULT);
        assertThat(call("args_sizes_get", 0, out)).isEqualTo(FAULT);
        assertThat(call("args_sizes_get", out, 0)).isEqualTo(FAULT);
        assertThat(call("args_get", out, 0)).isEqualTo(FAULT);
        assertThat(call("args_get", 0, out)).isEqualTo(FAULT);
        assertThat(call("clock_time_get", 0, 0, out)).isEqualTo(FAULT);
        assertThat(call("poll_oneoff", 0, 0, 1, out)).isEqualTo(FAULT);
        assertThat(call("poll_oneoff", out, 0, 1, 0)).isEqualTo(FAULT);
        assertThat(call("poll_oneoff", 0, out, 1, 0)).isEqualTo(FAULT);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1025, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x2000_0000})
    void countsThatMakeNoSenseAreRefused(int count) {
        assertThat(call("fd_write", 2, 0, count, 64)).isEqualTo(INVAL);
        assertThat(call("fd_read", 0, 0, count, 64)).isEqualTo(INVAL);
        assertThat(call("poll_oneoff", 0, 0, count, 64)).isEqualTo(INVAL);
    }

    @Test
    void vectorsWhoseSumOverflowsAreRefused() {
        for (int i = 0; i < 1024; i++) {
            vector(8 * i, 0, SIZE);
        }
        assertThat(call("fd_write", 2, 0, 1024, 64))
                .as("64 MiB in all is no overflow")
                .isZero();
        assertThat(memory.readInt(64)).isEqualTo(1024 * SIZE);
    }

    @Test
    void randomBytesFillTheWholeRegionAndNothingElse() {
        assertThat(call("random_get", 100, 10_000)).isZero();
        assertThat(memory.read(99)).isZero();
        assertThat(memory.read(10_100)).isZero();
        int zeros = 0;
        for (byte each : memory.readBytes(100, 10_000)) {
            zeros += each == 0 ? 1 : 0;
        }
        assertThat(zeros).isLessThan(200);
        assertThat(call("random_get", SIZE, 0)).isZero();
    }

    @Test
    void sleepEndsWithTheFirstClockAndDescriptorsAreReady() {
        subscription(0, 7, 0, 5_000_000);
        subscription(48, 8, 0, 3_600_000_000_000L);
        long start = System.nanoTime();
        assertThat(call("poll_oneoff", 0, 1000, 2, 64 * 30)).isZero();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(5_000_000);
        assertThat(memory.readInt(64 * 30)).isEqualTo(1);
        assertThat(memory.readLong(1000)).isEqualTo(7);
        subscription(0, 9, 1, 0);
        assertThat(call("poll_oneoff", 0, 1000, 2, 64 * 30)).isZero();
        assertThat(memory.readLong(1000)).isEqualTo(9);
        assertThat(memory.read(1010)).isEqualTo((byte) 1);
    }

    @Test
    void exitEndsTheCallWithItsCode() {
        assertThatThrownBy(() -> call("proc_exit", 0))
                .isInstanceOfSatisfying(
                        GuestException.class, e -> assertThat(e.kind()).isEqualTo(Kind.EXITED));
        Guests.assertEnds(Kind.FAILED, () -> call("proc_exit", 3), "code 3");
        Guests.assertEnds(Kind.FAILED, () -> call("proc_exit", -1), "code -1");
    }

    private void vector(int where, int at, int length) {
        memory.writeI32(where, at);
        memory.writeI32(where + 4, length);
    }

    private void subscription(int where, long userdata, int tag, long timeout) {
        memory.write(where, new byte[48]);
        memory.writeLong(where, userdata);
        memory.writeByte(where + 8, (byte) tag);
        memory.writeLong(where + 24, timeout);
    }
}
