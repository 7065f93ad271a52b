package dev.baton.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Modules and calls for tests. */
final class Guests {
    static final Path SAMPLES = Path.of("src/main/guest/wasm");

    private Guests() {}

    /** A hostile guest of src/test/guest. */
    static byte[] hostile(String name) {
        try (InputStream in = Guests.class.getResourceAsStream("/guest/" + name + ".wasm")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] sample(String name) {
        try {
            return Files.readAllBytes(SAMPLES.resolve(name + ".wasm"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Small limits: 16 MiB a memory, 64 MiB in all; but 30 s a call, as test machines can be slow. */
    static FunctionLimits limits() {
        return new FunctionLimits(
                4,
                8,
                1 << 20,
                8,
                Duration.ofSeconds(30),
                256,
                64 << 20,
                32 << 20,
                Duration.ofSeconds(30),
                1 << 20,
                Duration.ofSeconds(30),
                Duration.ofSeconds(10));
    }

    static FunctionLimits withCall(FunctionLimits l, Duration call) {
        return new FunctionLimits(
                l.threads(),
                l.queued(),
                l.stackBytes(),
                l.depth(),
                call,
                l.memoryPages(),
                l.memoryBytes(),
                l.warmBytes(),
                l.warmIdle(),
                l.moduleBytes(),
                l.compile(),
                l.dearStart());
    }

    static FunctionLimits withMemory(FunctionLimits l, int pages, long bytes) {
        return new FunctionLimits(
                l.threads(),
                l.queued(),
                l.stackBytes(),
                l.depth(),
                l.call(),
                pages,
                bytes,
                bytes / 2,
                l.warmIdle(),
                l.moduleBytes(),
                l.compile(),
                l.dearStart());
    }

    static FunctionLimits withDearStart(FunctionLimits l, Duration dearStart) {
        return new FunctionLimits(
                l.threads(),
                l.queued(),
                l.stackBytes(),
                l.depth(),
                l.call(),
                l.memoryPages(),
                l.memoryBytes(),
                l.warmBytes(),
                l.warmIdle(),
                l.moduleBytes(),
                l.compile(),
                dearStart);
    }

    static FunctionHost host(FunctionLimits limits) {
        return host(limits, ObjectGateway.NONE, FunctionObserver.NONE);
    }

    static FunctionHost host(FunctionLimits limits, ObjectGateway gateway, FunctionObserver observer) {
        return new FunctionHost(limits, gateway, observer, InstantSource.system());
    }

    /** A host with one hostile guest. */
    static FunctionHost hostile(FunctionLimits limits, String... names) {
        FunctionHost host = host(limits);
        for (String name : names) {
            host.load(name, hostile(name));
        }
        return host;
    }

    /** Calls a function on a guest thread and gives its answer, or throws what the call threw. */
    static byte[] call(FunctionHost host, String name, byte[] body) {
        return call(host, name, new Bytes(body, body.length, body.length));
    }

    static byte[] call(FunctionHost host, String name, GuestInput body) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        boolean taken = host.threads().call(() -> {
            Collected collected = new Collected();
            GuestClock clock = host.newClock();
            try {
                clock.start();
                host.function(name)
                        .call(
                                body,
                                collected,
                                new CallChain(clock, host.limits().depth()));
                clock.stop();
                answer.complete(collected.bytes());
            } catch (GuestException e) {
                clock.stop();
                answer.completeExceptionally(e.kind() == GuestException.Kind.CANCELLED ? clock.explain() : e);
            } catch (Throwable e) {
                clock.stop();
                answer.completeExceptionally(e);
            }
        });
        if (!taken) {
            throw new IllegalStateException("no thread");
        }
        try {
            return answer.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GuestException guest) {
                throw guest;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until every guest has been let go, so that only idle memory is charged. */
    static void awaitMemory(FunctionHost host) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(100);
        try {
            while (host.memory().charged() != host.memory().warm() && System.nanoTime() < end) {
                Thread.sleep(2);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        assertThat(host.memory().charged()).isEqualTo(host.memory().warm());
    }

    /** The call ends in this way, and says why. */
    static void assertEnds(GuestException.Kind kind, ThrowingCallable call, String why) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        GuestException.class,
                        e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind))
                .hasMessageContaining(why);
    }

    static byte[] ints(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.array();
    }

    static byte[] longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }

    static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    static FunctionHost.Status status(FunctionHost host, String name) {
        List<FunctionHost.Status> all = host.functions();
        return all.stream().filter(each -> each.name().equals(name)).findAny().orElseThrow();
    }

    /** A body from an array, in pieces; a length of -1 says that it is not known. */
    static final class Bytes implements GuestInput {
        private final byte[] bytes;
        private final long length;
        private final int piece;
        private int at;

        Bytes(byte[] bytes, long length, int piece) {
            this.bytes = bytes;
            this.length = length;
            this.piece = piece;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public int read(LinearMemory into, int where, int most) {
            if (at == bytes.length) {
                return -1;
            }
            int count = Math.min(Math.min(most, piece), bytes.length - at);
            into.write(where, bytes, at, count);
            at += count;
            return count;
        }
    }

    /** An answer as an array. */
    static final class Collected implements GuestOutput {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean ended;

        @Override
        public void whole(GuestAnswer answer) {
            try {
                ByteBuffer view = answer.view();
                byte[] all = new byte[view.remaining()];
                view.get(all);
                bytes.writeBytes(all);
                ended = true;
            } finally {
                answer.close();
            }
        }

        @Override
        public void part(LinearMemory from, int at, int length) {
            bytes.writeBytes(from.readBytes(at, length));
        }

        @Override
        public void end() {
            ended = true;
        }

        byte[] bytes() {
            if (!ended) {
                throw new IllegalStateException("the answer has no end");
            }
            return bytes.toByteArray();
        }
    }
}
