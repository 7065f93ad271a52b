package dev.baton.wasm;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.kernel.Linux;
import dev.baton.store.MemoryPool;
import dev.baton.store.ObjectStore;
import dev.baton.store.StoreSettings;
import dev.baton.wasm.GuestException.Kind;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** put, get and invoke of guests, through a gateway. */
class ObjectsOfGuestsTest {
    private static final long BUDGET = 32 << 20;

    private final MemoryPool pool = new MemoryPool(Linux::running);
    private final ObjectStore store =
            new ObjectStore(StoreSettings.ofBudget(BUDGET), pool, InstantSource.system(), new SecureRandom());
    private final List<String> log = new CopyOnWriteArrayList<>();
    private FunctionHost host;

    private void open(ObjectGateway gateway, Duration call, String... samples) {
        FunctionLimits limits = Guests.withMemory(Guests.withCall(Guests.limits(), call), 512, 256 << 20);
        host = Guests.host(limits, gateway, new FunctionObserver() {
            @Override
            public void log(String function, int level, String text) {
                log.add(function + ": " + text);
            }
        });
        for (String name : samples) {
            host.load(name, Guests.sample(name));
        }
    }

    @AfterEach
    void nothingIsLeft() {
        host.close();
        assertThat(host.memory().charged()).isZero();
        store.close();
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {0, 1, 1000, 100_000, 10_000_000})
    void whatOneFunctionPutsAnotherGetsOnce(int size) {
        open(new StoreGateway(store), Duration.ofSeconds(20), "putter", "getter");
        byte[] object = new byte[size];
        new Random(size).nextBytes(object);
        byte[] reference = Guests.call(host, "putter", object);
        assertThat(store.figures().objects()).isEqualTo(1);
        assertThat(Guests.call(host, "getter", reference)).isEqualTo(object);
        assertFails("getter", reference, "error 116", "COMMITTED");
        assertThat(store.figures().usedBytes()).isZero();
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {0, 1, 1000, 3_000_000})
    void whatOneFunctionPutsAnotherGetsAndHashes(int size) throws Exception {
        open(new StoreGateway(store), Duration.ofSeconds(20), "putter", "fetcher");
        byte[] object = new byte[size];
        new Random(size).nextBytes(object);
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(object));
        byte[] reference = Guests.call(host, "putter", object);
        assertThat(new String(Guests.call(host, "fetcher", reference), US_ASCII))
                .isEqualTo(size + " " + sha256 + "\n");
        assertFails("fetcher", reference, "error 116", "COMMITTED");
    }

    @Test
    void aReferenceThatIsNoneIsNoObject() {
        open(new StoreGateway(store), Duration.ofSeconds(20), "putter", "getter");
        assertFails("getter", new byte[0], "error 2", "no such object");
        assertFails("getter", "x".repeat(64).getBytes(US_ASCII), "error 2", "no such object");
        assertFails("getter", "0".repeat(64).getBytes(US_ASCII), "error 2", "no such object");
        assertFails("getter", "0".repeat(201).getBytes(US_ASCII), "error 2", "no such object");
        assertFails("getter", new byte[] {(byte) 0xff}, "error 22", "utf-8");
    }

    @Test
    void anObjectLargerThanTheGettersMemoryStaysAndIsAnError() {
        open(new StoreGateway(store), Duration.ofSeconds(20), "putter", "getter");
        byte[] reference = Guests.call(host, "putter", new byte[20 << 20]);
        FunctionHost small = Guests.host(
                Guests.withMemory(Guests.limits(), 200, 64 << 20), new StoreGateway(store), new FunctionObserver() {
                    @Override
                    public void log(String function, int level, String text) {
                        log.add(function + ": " + text);
                    }
                });
        small.load("getter", Guests.sample("getter"));
        Guests.assertEnds(Kind.FAILED, () -> Guests.call(small, "getter", reference), "error 12");
        assertThat(log.getLast()).contains("do not fit into the function's memory");
        small.close();
        assertThat(Guests.call(host, "getter", reference)).as("given back").hasSize(20 << 20);
    }

    @Test
    void anObjectLargerThanTheStoreIsRefused() {
        ObjectStore small =
                new ObjectStore(StoreSettings.ofBudget(1 << 20), pool, InstantSource.system(), new SecureRandom());
        open(new StoreGateway(small), Duration.ofSeconds(20), "putter");
        assertFails("putter", new byte[2 << 20], "error 27", "larger than the store");
        assertThat(Guests.call(host, "putter", new byte[1])).hasSize(64);
        small.close();
    }

    @Test
    void aPutThatWaitsForRoomEndsWithTheCallAndLeavesTheQueue() {
        ObjectStore small =
                new ObjectStore(StoreSettings.ofBudget(1 << 20), pool, InstantSource.system(), new SecureRandom());
        open(new StoreGateway(small), Duration.ofSeconds(20), "putter");
        FunctionHost hasty = Guests.host(
                Guests.withCall(Guests.limits(), Duration.ofMillis(4500)),
                new StoreGateway(small),
                FunctionObserver.NONE);
        hasty.load("putter", Guests.sample("putter"));
        byte[] first = Guests.call(host, "putter", new byte[600 << 10]);
        Guests.assertEnds(Kind.DEADLINE, () -> Guests.call(hasty, "putter", new byte[600 << 10]), "within 4500 ms");
        assertThat(small.figures().waiters()).isZero();
        assertThat(Guests.call(hasty, "putter", first))
                .as("the thread is not interrupted any more, and there is room for little")
                .hasSize(64);
        hasty.close();
        small.close();
    }

    @Test
    void anAnswerOfAUrlArrivesInTheCallersMemoryWhateverItsFraming() {
        for (boolean known : new boolean[] {true, false}) {
            AtomicReference<byte[]> sent = new AtomicReference<>();
            byte[] answer = new byte[300_000];
            new Random(1).nextBytes(answer);
            open(
                    new Url() {
                        @Override
                        public void invoke(String url, ByteBuffer body, Destination into) {
                            byte[] bytes = new byte[body.remaining()];
                            body.get(bytes);
                            sent.set(bytes);
                            if (known) {
                                into.expect(answer.length);
                            }
                            for (int at = 0; at < answer.length; at += 100_000) {
                                into.write(ByteBuffer.wrap(answer, at, 100_000));
                            }
                        }
                    },
                    Duration.ofSeconds(20),
                    "chain");
            byte[] body = "http://other.ns.svc/path\nthe body".getBytes(US_ASCII);
            assertThat(Guests.call(host, "chain", body)).isEqualTo(answer);
            assertThat(sent.get()).isEqualTo("the body".getBytes(US_ASCII));
            host.close();
        }
    }

    @Test
    void aDestinationTakesNoMoreThanItWasToldToExpect() {
        AtomicReference<Throwable> seen = new AtomicReference<>();
        open(
                new Url() {
                    @Override
                    public void invoke(String url, ByteBuffer body, Destination into) throws Refused {
                        into.expect(10);
                        into.write(ByteBuffer.allocate(10));
                        try {
                            into.room();
                        } catch (IllegalStateException e) {
                            seen.set(e);
                        }
                        throw new Refused(GuestErrno.EIO, "more than the expected bytes came");
                    }
                },
                Duration.ofSeconds(20),
                "chain");
        Guests.assertEnds(Kind.FAILED, () -> Guests.call(host, "chain", "http://x/\n".getBytes(US_ASCII)), "error 5");
        assertThat(seen.get()).hasMessageContaining("more than the expected 10 bytes");
    }

    @Test
    void whatBreaksInTheGatewayIsAnErrorNumberWithoutItsText() {
        open(
                new Url() {
                    @Override
                    public void invoke(String url, ByteBuffer body, Destination into) {
                        into.write(ByteBuffer.allocate(10));
                        throw new IllegalStateException("no way to 10.1.2.3");
                    }
                },
                Duration.ofSeconds(20),
                "chain");
        Guests.assertEnds(Kind.FAILED, () -> Guests.call(host, "chain", "http://x/\n".getBytes(US_ASCII)), "error 5");
        assertThat(log).noneMatch(line -> line.contains("10.1.2.3"));
    }

    @Test
    void aCallThatBlocksInTheGatewayEndsAtItsDeadline() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        open(
                new Url() {
                    @Override
                    public void invoke(String url, ByteBuffer body, Destination into) throws InterruptedException {
                        try {
                            new CountDownLatch(1).await();
                        } finally {
                            interrupted.countDown();
                        }
                    }
                },
                Duration.ofMillis(2500),
                "chain");
        Guests.assertEnds(
                Kind.DEADLINE, () -> Guests.call(host, "chain", "http://x/\n".getBytes(US_ASCII)), "within 2500 ms");
        interrupted.await();
    }

    private void assertFails(String function, byte[] body, String error, String logged) {
        log.clear();
        Guests.assertEnds(Kind.FAILED, () -> Guests.call(host, function, body), error);
        assertThat(log).singleElement().asString().contains(logged);
    }

    /** Calls URLs only. */
    private interface Url extends ObjectGateway {
        @Override
        default String put(ByteBuffer object, int retrievals) throws Refused {
            throw new Refused(GuestErrno.ENOSYS, "no");
        }

        @Override
        default void get(String reference, Destination into) throws Refused {
            throw new Refused(GuestErrno.ENOSYS, "no");
        }
    }
}
