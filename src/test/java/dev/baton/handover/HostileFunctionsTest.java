package dev.baton.handover;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Native;
import dev.baton.Await;
import dev.baton.handover.RawFunction.C;
import dev.baton.handover.RawFunction.Reply;
import dev.baton.kernel.Descriptor;
import dev.baton.kernel.Linux;
import dev.baton.kernel.LinuxException;
import dev.baton.sdk.BatonClient;
import dev.baton.sdk.BatonObject;
import dev.baton.sdk.ObjectBusyException;
import dev.baton.sdk.ObjectGoneException;
import dev.baton.sdk.PutOptions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Test 36: what a function of the pod may hand to the sidecar, and what it may do with what it was handed. */
class HostileFunctionsTest {
    private static final String PUT = "POST /v1/objects\n\n";
    private static final byte[] HELLO = "hello, sidecar".getBytes(US_ASCII);
    private static final int EPERM = 1;

    private final String name = "hostile-" + ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);

    /** A put of one descriptor, which is refused and leaves nothing behind. */
    private static void refused(int fd, String because) {
        String named = RawFunction.named(fd);
        try (HandoverPod pod = new HandoverPod();
                RawFunction function = new RawFunction(pod)) {
            Reply reply = function.ask(PUT, fd);
            assertThat(reply.status()).as(reply.text()).isEqualTo(400);
            assertThat(reply.field("baton-error")).isEqualTo("bad-request; reached=no");
            assertThat(reply.body()).contains("\"code\":\"bad-request\"").contains(because);
            C.close(fd);
            Await.until("the sidecar has let go of " + named, () -> RawFunction.open(named) == 0);
            pod.empty();
            stillServes(pod, function);
        }
    }

    /** The same connection does an honest put and get. */
    private static void stillServes(HandoverPod pod, RawFunction function) {
        String name = "honest-" + ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);
        int fd = RawFunction.memfd(name, HELLO.length, HELLO, RawFunction.ALL_SEALS);
        Reply put = function.ask(PUT, fd);
        assertThat(put.status()).as(put.text()).isEqualTo(201);
        C.close(fd);
        Reply got = function.ask("GET /v1/objects/" + put.body() + "\n\n");
        assertThat(got.status()).as(got.text()).isEqualTo(200);
        assertThat(bytes(got)).isEqualTo(HELLO);
        C.close(got.descriptor());
        pod.empty();
        Await.until("nobody has the honest file", () -> RawFunction.open("/memfd:" + name + " (deleted)") == 0);
    }

    private static byte[] bytes(Reply got) {
        byte[] bytes = new byte[Integer.parseInt(got.field("content-length"))];
        assertThat(C.pread(got.descriptor(), bytes, bytes.length, 0)).isEqualTo(bytes.length);
        return bytes;
    }

    @Test
    void aMemfdWithoutSealsIsRefused() {
        refused(RawFunction.memfd(name, 100, HELLO, 0), "lacks a seal");
    }

    @ParameterizedTest
    @ValueSource(ints = {RawFunction.SEAL, RawFunction.SHRINK, RawFunction.GROW, RawFunction.WRITE})
    void aMemfdThatLacksOneSealIsRefused(int missing) {
        refused(RawFunction.memfd(name, 100, HELLO, RawFunction.ALL_SEALS & ~missing), "lacks a seal");
    }

    @Test
    void aMemfdThatAllowsNoSealsIsRefused() {
        int fd = C.memfd_create(name, 1);
        refused(fd, "lacks a seal");
    }

    @Test
    void aHugetlbFileIsRefused() {
        int fd = C.memfd_create(name, RawFunction.HUGETLB | RawFunction.ALLOW_SEALING);
        assumeTrue(fd >= 0 && C.ftruncate(fd, 2 << 20) == 0, "this kernel has no hugetlb memfds");
        assertThat(C.fcntl(fd, 1033, RawFunction.ALL_SEALS)).isZero();
        refused(fd, "not of ordinary pages");
    }

    @Test
    void aPipeIsRefused() {
        int[] ends = new int[2];
        assertThat(C.pipe(ends)).isZero();
        C.close(ends[1]);
        refused(ends[0], "not a memfd");
    }

    @Test
    void aDeviceIsRefused() {
        try (HandoverPod pod = new HandoverPod();
                RawFunction function = new RawFunction(pod)) {
            int fd = C.open("/dev/zero", RawFunction.O_RDWR);
            assertThat(function.ask(PUT, fd).status()).isEqualTo(400);
            C.close(fd);
            stillServes(pod, function);
        }
    }

    @Test
    void aFileOnDiskIsRefused(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("file"), HELLO);
        refused(C.open(file.toString(), RawFunction.O_RDONLY), "the ");
    }

    @Test
    void aFileOfAMountedTmpfsIsRefused() throws IOException {
        Path shm = Path.of("/dev/shm");
        assumeTrue(Files.isDirectory(shm) && Files.isWritable(shm), "no tmpfs is mounted");
        Path file = Files.write(shm.resolve(name), HELLO);
        int fd = C.open(file.toString(), RawFunction.O_RDONLY);
        Files.delete(file);
        refused(fd, "the memfd lacks a seal");
    }

    @Test
    void aDescriptorThatIsOnlyAPathIsRefused() {
        int file = RawFunction.memfd(name, HELLO.length, HELLO, RawFunction.ALL_SEALS);
        int path = C.open("/proc/self/fd/" + file, RawFunction.O_PATH);
        C.close(file);
        refused(path, "not a memfd");
    }

    @Test
    void afterThePutNobodyChangesTheFile() {
        byte[] object = "0123456789".repeat(1000).getBytes(US_ASCII);
        try (HandoverPod pod = new HandoverPod();
                RawFunction function = new RawFunction(pod)) {
            int fd = RawFunction.memfd(name, object.length, object, RawFunction.ALL_SEALS);
            Reply put = function.ask("POST /v1/objects?retrievals=2\n\n", fd);
            assertThat(put.status()).as(put.text()).isEqualTo(201);
            denied(C.ftruncate(fd, 0));
            denied(C.ftruncate(fd, 1 << 20));
            denied(C.pwrite(fd, HELLO, HELLO.length, 0));
            denied(C.fallocate(fd, 3, 0, 4096));
            denied(C.mmap(0, 4096, 3, 1, fd, 0));
            int again = C.open("/proc/self/fd/" + fd, RawFunction.O_RDWR);
            denied(C.pwrite(again, HELLO, HELLO.length, 0));
            C.close(again);
            C.close(fd);
            String get = "GET /v1/objects/" + put.body() + "\n\n";
            Reply first = function.ask(get);
            assertThat(bytes(first)).isEqualTo(object);
            // Who has got it cannot change it for the next one either.
            int writable = C.open("/proc/self/fd/" + first.descriptor(), RawFunction.O_RDWR);
            denied(C.pwrite(writable, HELLO, HELLO.length, 0));
            C.close(writable);
            C.close(first.descriptor());
            Reply second = function.ask(get);
            assertThat(bytes(second)).isEqualTo(object);
            C.close(second.descriptor());
            assertThat(function.ask(get).status()).isEqualTo(410);
            pod.empty();
        }
    }

    private static void denied(long result) {
        int errno = Native.getLastError();
        assertThat(result).isEqualTo(-1);
        assertThat(errno).isEqualTo(EPERM);
    }

    @Test
    void aSparseFileOfATerabyteIsRefusedForItsSize() {
        int fd = RawFunction.memfd(name, 1L << 40, HELLO, RawFunction.ALL_SEALS);
        try (HandoverPod pod = new HandoverPod();
                RawFunction function = new RawFunction(pod)) {
            Reply reply = function.ask(PUT, fd);
            assertThat(reply.status()).isEqualTo(413);
            assertThat(reply.field("baton-error")).startsWith("too-large");
            C.close(fd);
            Await.until("it is let go", () -> RawFunction.open("/memfd:" + name + " (deleted)") == 0);
            stillServes(pod, function);
        }
    }

    @Test
    void aSparseFileThatFitsIsChargedInFullAndReadAsZeros() throws IOException {
        int size = 32 << 20;
        int fd = RawFunction.memfd(name, size, new byte[0], RawFunction.ALL_SEALS);
        try (HandoverPod pod = new HandoverPod();
                RawFunction function = new RawFunction(pod);
                BatonClient http = BatonClient.connect(pod.http(), "")) {
            Reply put = function.ask(PUT, fd);
            C.close(fd);
            assertThat(put.status()).as(put.text()).isEqualTo(201);
            assertThat(pod.store.figures().usedBytes()).isEqualTo(size);
            try (BatonObject got = http.get(put.body())) {
                assertThat(got.segment().byteSize()).isEqualTo(size);
                assertThat(got.segment().mismatch(Arena.ofAuto().allocate(size)))
                        .isEqualTo(-1);
            }
            pod.empty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "13", "15", "1099511627776", "-1", "x", "99999999999999999999"})
    void aLieAboutTheSizeIsRefused(String size) {
        int fd = RawFunction.memfd(name, HELLO.length, HELLO, RawFunction.ALL_SEALS);
        try (HandoverPod pod = new HandoverPod();
                RawFunction function = new RawFunction(pod)) {
            assertThat(function.ask("POST /v1/objects\ncontent-length: " + size + "\n\n", fd)
                            .status())
                    .isEqualTo(400);
            C.close(fd);
            Await.until("it is let go", () -> RawFunction.open("/memfd:" + name + " (deleted)") == 0);
            stillServes(pod, function);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3, 100, 253})
    void aPutHasOneDescriptorAndNoneIsLost(int count) {
        int fd = RawFunction.memfd(name, HELLO.length, HELLO, RawFunction.ALL_SEALS);
        int[] all = new int[count];
        Arrays.fill(all, fd);
        try (HandoverPod pod = new HandoverPod();
                RawFunction function = new RawFunction(pod)) {
            Reply reply = function.ask(PUT, all);
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.body()).contains("a put has one descriptor, not " + count);
            C.close(fd);
            Await.until("all are let go", () -> RawFunction.open("/memfd:" + name + " (deleted)") == 0);
            stillServes(pod, function);
        }
    }

    @Test
    void aGetWithADescriptorIsRefused() {
        int fd = RawFunction.memfd(name, HELLO.length, HELLO, RawFunction.ALL_SEALS);
        try (HandoverPod pod = new HandoverPod();
                RawFunction function = new RawFunction(pod)) {
            assertThat(function.ask("GET /v1/objects/xdt1.k.AAAA\n\n", fd).status())
                    .isEqualTo(400);
            C.close(fd);
            Await.until("it is let go", () -> RawFunction.open("/memfd:" + name + " (deleted)") == 0);
            stillServes(pod, function);
        }
    }

    @Test
    void tenThousandDescriptorsExhaustNothing() {
        int fd = RawFunction.memfd(name, HELLO.length, HELLO, RawFunction.ALL_SEALS);
        String named = RawFunction.named(fd);
        int[] hundred = new int[100];
        Arrays.fill(hundred, fd);
        try (HandoverPod pod = new HandoverPod();
                RawFunction function = new RawFunction(pod)) {
            for (int i = 0; i < 100; i++) {
                assertThat(function.ask(PUT, hundred).status()).isEqualTo(400);
            }
            int kept = 0;
            List<String> references = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                Reply reply = function.ask(PUT, fd);
                if (reply.status() == 201) {
                    kept++;
                    references.add(reply.body());
                } else {
                    assertThat(reply.field("baton-error")).startsWith("too-many-files");
                }
            }
            assertThat(kept).isBetween(500, 600);
            int open = kept + 1;
            Await.until("what was refused is let go", () -> RawFunction.open(named) == open);
            for (String reference : references) {
                C.close(function.ask("GET /v1/objects/" + reference + "\n\n").descriptor());
            }
            C.close(fd);
            pod.empty();
            Await.until("all are let go", () -> RawFunction.open(named) == 0);
            stillServes(pod, function);
        }
    }

    @Test
    void memoryThatAFunctionKeepsStaysChargedUntilItLetsGo() throws Exception {
        int size = 1 << 20;
        try (HandoverPod pod = new HandoverPod();
                RawFunction function = new RawFunction(pod);
                BatonClient http = BatonClient.connect(pod.http(), "")) {
            String reference = http.put(new byte[size], PutOptions.once());
            Reply got = function.ask("GET /v1/objects/" + reference + "\n\n");
            assertThat(got.status()).isEqualTo(200);
            long mapped = C.mmap(0, size, 1, 1, got.descriptor(), 0);
            assertThat(mapped).isPositive();
            C.close(got.descriptor());
            Await.until("the object is gone", () -> pod.store.figures().objects() == 0);
            Await.until("only the copy is charged", () -> pod.store.figures().usedBytes() == size);
            for (int i = 0; i < 3; i++) {
                pod.objects.sweep();
                assertThat(pod.store.figures().usedBytes()).isEqualTo(size);
                assertThat(pod.objects.lent()).isOne();
            }
            assertThat(C.munmap(mapped, size)).isZero();
            pod.empty();
            assertThat(pod.objects.lent()).isZero();
        }
    }

    @Test
    void aFunctionThatKeepsEverythingFillsTheBudgetAndNoMore() throws Exception {
        int size = 1 << 20;
        try (HandoverPod pod = new HandoverPod("BATON_STORE_BYTES", "8MiB");
                RawFunction function = new RawFunction(pod);
                BatonClient http = BatonClient.connect(pod.http(), "")) {
            List<Integer> kept = new ArrayList<>();
            Reply last = null;
            for (int i = 0; i < 10 && (last == null || last.status() == 200); i++) {
                last = function.ask("GET /v1/objects/" + http.put(new byte[size], PutOptions.once()) + "\n\n");
                kept.addAll(last.descriptors());
            }
            assertThat(last.status()).isEqualTo(507);
            assertThat(kept).hasSize(7);
            kept.forEach(C::close);
            Await.until("what was kept is free", () -> pod.objects.lent() == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "\n",
                "\0\0\0",
                "GET\n\n",
                "GET /\n\n",
                "GET /v1/objects\n\n",
                "DELETE /v1/objects/x\n\n",
                "POST /v1/invoke\n\n",
                "POST /v1/objects?retrievals=0\n\n",
                "POST /v1/objects?retrievals=2147483648\n\n",
                "POST /v1/objects?ttl=never\n\n",
                "POST /v1/objects?what=1\n\n",
                "POST /v1/objects?early=true\n\n",
                "POST /v1/objects?%\n\n",
                "POST /v1/objects\nno field\n\n",
                "POST /v1/objects\ncontent-type: a\u0001b\n\n",
                "POST /v1/objects\ncontent-type: \u00e9\n\n",
                "a b c d\n\n"
            })
    void aPacketThatMakesNoSenseIsRefusedAndTheConnectionGoesOn(String text) {
        int fd = RawFunction.memfd(name, HELLO.length, HELLO, RawFunction.ALL_SEALS);
        try (HandoverPod pod = new HandoverPod();
                RawFunction function = new RawFunction(pod)) {
            assertThat(function.ask(text).status()).isEqualTo(400);
            assertThat(function.ask(text, fd).status()).isEqualTo(400);
            C.close(fd);
            Await.until("it is let go", () -> RawFunction.open("/memfd:" + name + " (deleted)") == 0);
            stillServes(pod, function);
        }
    }

    @Test
    void aPacketThatIsTooLongIsRefusedAndItsDescriptorLetGo() {
        int fd = RawFunction.memfd(name, HELLO.length, HELLO, RawFunction.ALL_SEALS);
        try (HandoverPod pod = new HandoverPod();
                RawFunction function = new RawFunction(pod)) {
            assertThat(function.ask(PUT + " ".repeat(100_000), fd).status()).isEqualTo(400);
            assertThat(function.ask("POST /v1/objects\ncontent-type: " + "x".repeat(300) + "\n\n", fd)
                            .status())
                    .isEqualTo(400);
            C.close(fd);
            Await.until("it is let go", () -> RawFunction.open("/memfd:" + name + " (deleted)") == 0);
            stillServes(pod, function);
        }
    }

    @Test
    void anEmptyPacketEndsItsConnectionAlone() {
        int fd = RawFunction.memfd(name, HELLO.length, HELLO, RawFunction.ALL_SEALS);
        try (HandoverPod pod = new HandoverPod();
                RawFunction function = new RawFunction(pod);
                RawFunction other = new RawFunction(pod)) {
            function.send("", fd);
            assertThat(function.receive()).isNull();
            C.close(fd);
            Await.until("it is let go", () -> RawFunction.open("/memfd:" + name + " (deleted)") == 0);
            stillServes(pod, other);
        }
    }

    @Test
    void anAnswerThatCannotBeSentGivesTheRetrievalBack() throws Exception {
        try (HandoverPod pod = new HandoverPod();
                RawFunction function = new RawFunction(pod);
                BatonClient http = BatonClient.connect(pod.http(), "")) {
            int fd = RawFunction.memfd(name, HELLO.length, HELLO, RawFunction.ALL_SEALS);
            String inFile = function.ask(PUT, fd).body();
            C.close(fd);
            for (String reference : List.of(inFile, http.put(HELLO, PutOptions.once()))) {
                int[] pair = new int[2];
                assertThat(C.socketpair(1, 5 | 0x800, 0, pair)).isZero();
                assertThat(RawFunction.send(pair[0], ("GET /v1/objects/" + reference + "\n\n").getBytes(US_ASCII)))
                        .isTrue();
                C.close(pair[0]);
                Linux linux = Linux.running();
                try (Connection connection =
                        new Connection(linux, new Descriptor(linux.descriptors(), pair[1]), pod.objects)) {
                    assertThat(connection.serve()).isFalse();
                }
                try (BatonObject got = http.get(reference)) {
                    assertThat(got.segment().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(HELLO);
                }
            }
            pod.empty();
        }
    }

    @Test
    void aFunctionThatLeavesWhileItWaitsForRoomLeavesTheLine() throws Exception {
        try (HandoverPod pod = new HandoverPod("BATON_STORE_BYTES", "1MiB", "BATON_PUT_WAIT", "10m");
                BatonClient http = BatonClient.connect(pod.http(), "")) {
            String filling = http.put(new byte[1 << 20], PutOptions.once());
            int fd = RawFunction.memfd(name, HELLO.length, HELLO, RawFunction.ALL_SEALS);
            try (RawFunction function = new RawFunction(pod)) {
                function.send(PUT, fd);
                C.close(fd);
                Await.until("the put waits", () -> pod.store.figures().waiters() == 1);
            }
            Await.until("nobody waits", () -> pod.store.figures().waiters() == 0);
            Await.until("the connection is closed", () -> pod.server.connections() == 0);
            Await.until("its file is let go", () -> RawFunction.open("/memfd:" + name + " (deleted)") == 0);
            http.delete(filling);
            pod.empty();
        }
    }

    @Test
    void aPutWithoutRoomIsToldSoInTime() throws Exception {
        try (HandoverPod pod = new HandoverPod("BATON_STORE_BYTES", "1MiB", "BATON_PUT_WAIT", "100ms");
                RawFunction function = new RawFunction(pod);
                BatonClient http = BatonClient.connect(pod.http(), "")) {
            String filling = http.put(new byte[1 << 20], PutOptions.once());
            int fd = RawFunction.memfd(name, HELLO.length, HELLO, RawFunction.ALL_SEALS);
            Reply reply = function.ask(PUT, fd);
            C.close(fd);
            assertThat(reply.status()).isEqualTo(507);
            assertThat(reply.field("baton-error")).startsWith("store-full");
            http.delete(filling);
            pod.empty();
            stillServes(pod, function);
        }
    }

    @Test
    void aDrainingPodTakesNoNewObject() {
        int fd = RawFunction.memfd(name, HELLO.length, HELLO, RawFunction.ALL_SEALS);
        try (HandoverPod pod = new HandoverPod();
                RawFunction function = new RawFunction(pod)) {
            pod.draining = true;
            Reply reply = function.ask(PUT, fd);
            C.close(fd);
            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.field("baton-error")).startsWith("draining");
            pod.empty();
        }
    }

    @Test
    void connectionsBeyondTheMostAreClosedAndTheOthersServed() {
        try (HandoverPod pod = new HandoverPod()) {
            List<RawFunction> all = new ArrayList<>();
            for (int i = 0; i < HandoverServer.CONNECTIONS_MAX; i++) {
                all.add(new RawFunction(pod));
            }
            Await.until("all are there", () -> pod.server.connections() == HandoverServer.CONNECTIONS_MAX);
            try (RawFunction oneMore = new RawFunction(pod)) {
                assertThat(oneMore.receive()).isNull();
            }
            stillServes(pod, all.getLast());
            all.forEach(RawFunction::close);
            Await.until("all have left", () -> pod.server.connections() == 0);
            try (RawFunction later = new RawFunction(pod)) {
                stillServes(pod, later);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofManyWhoGetAtOnceExactlyAsManySucceedAsWereAllowed(boolean inFile) throws Exception {
        int allowed = 5;
        try (HandoverPod pod = new HandoverPod();
                BatonClient memory = BatonClient.connect(pod.http(), pod.socket);
                BatonClient http = BatonClient.connect(pod.http(), "");
                ExecutorService threads = Executors.newFixedThreadPool(12)) {
            String reference = (inFile ? memory : http).put(HELLO, PutOptions.times(allowed));
            List<Future<Boolean>> gets = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                BatonClient client = i % 3 == 0 ? http : memory;
                gets.add(threads.submit(() -> {
                    try (BatonObject got = client.get(reference)) {
                        return Arrays.equals(got.segment().toArray(ValueLayout.JAVA_BYTE), HELLO);
                    } catch (ObjectGoneException | ObjectBusyException refused) {
                        return false;
                    }
                }));
            }
            int succeeded = 0;
            for (Future<Boolean> get : gets) {
                succeeded += get.get() ? 1 : 0;
            }
            assertThat(succeeded).isEqualTo(allowed);
            pod.empty();
        }
    }

    @Test
    void aNameThatIsTakenIsSaid() {
        try (HandoverPod pod = new HandoverPod()) {
            assertThatExceptionOfType(LinuxException.class)
                    .isThrownBy(() -> HandoverServer.open(Linux.running(), pod.socket, pod.objects, pod.warnings::add))
                    .withMessage("bind: EADDRINUSE");
        }
    }
}
