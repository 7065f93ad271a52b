package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import dev.baton.kernel.Descriptors;
import dev.baton.kernel.Errno;
import dev.baton.kernel.Linux;
import dev.baton.kernel.Pipes;
import dev.baton.kernel.Sockets;
import dev.baton.wire.RelayFallback;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests 32 and 35: whatever a consumer's kernel refuses to the relay, between two whole sidecars the same bytes arrive, nothing is left
 * open, and the fallback is counted once under its reason.
 */
class RelayFaultsTest {
    private static final byte[] OBJECT = Http.pattern(3, 3_000_001);

    private final Linux linux = Linux.running();

    private Pipes pipes(int pipeErrno, LongUnaryOperator spliceAnswer) {
        AtomicInteger calls = new AtomicInteger();
        return new Pipes() {
            @Override
            public int pipe2(int[] ends, int flags) {
                return pipeErrno != 0 ? -pipeErrno : linux.pipes().pipe2(ends, flags);
            }

            @Override
            public long splice(int source, int sink, long length, int flags) {
                long answer = spliceAnswer.applyAsLong(calls.getAndIncrement());
                return answer < 0 ? answer : linux.pipes().splice(source, sink, Math.min(length, answer), flags);
            }
        };
    }

    private Linux with(Pipes pipes) {
        return new Linux(linux.memory(), linux.descriptors(), pipes, linux.sockets());
    }

    /** Descriptors run out at the n-th that the relay asks for. */
    private Linux withDescriptors(int atMost) {
        AtomicInteger asked = new AtomicInteger();
        Descriptors few = new Descriptors() {
            @Override
            public int fcntl(int fd, int command, int argument) {
                return command == Sockets.F_DUPFD_CLOEXEC && asked.getAndIncrement() >= atMost
                        ? -Errno.EMFILE
                        : linux.descriptors().fcntl(fd, command, argument);
            }

            @Override
            public int close(int fd) {
                return linux.descriptors().close(fd);
            }
        };
        return new Linux(linux.memory(), few, linux.pipes(), linux.sockets());
    }

    /** One get and one invoke, whose consumers stand on that kernel. */
    private void sameBytes(Linux kernel, RelayFallback reason) {
        Functions.Echo echo = new Functions.Echo();
        try (TestPod b = TestPod.onKernel(kernel, echo);
                TestPod a = new TestPod(null, "BATON_OFFER_HOSTS", b.host())) {
            HttpResponse<byte[]> got = Http.send(Http.get(b, Http.put(a, OBJECT, 1)));
            assertThat(got.statusCode()).isEqualTo(200);
            assertThat(got.body()).isEqualTo(OBJECT);
            Await.until("the get is counted", () -> b.transfer.stats().fallbacks(reason) == 1);

            HttpResponse<byte[]> answer = Http.send(Http.request(a.api("/v1/invoke"))
                    .header("Baton-Target", b.url("/fn"))
                    .POST(BodyPublishers.ofByteArray(OBJECT)));
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(OBJECT);
            assertThat(echo.seen).singleElement().satisfies(seen -> assertThat(seen.body())
                    .isEqualTo(OBJECT));
            Await.until("the invoke is counted", () -> b.transfer.stats().fallbacks(reason) == 2);

            for (RelayFallback other : RelayFallback.values()) {
                assertThat(b.transfer.stats().fallbacks(other))
                        .as(other.label())
                        .isEqualTo(other == reason ? 2 : 0);
            }
            assertThat(b.transfer.stats().splicedBytes()).isZero();
            a.empty();
            b.empty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EINVAL, Errno.ENOSYS, Errno.EPERM, Errno.EACCES})
    void aKernelThatRefusesSpliceGivesTheSameBytesByCopy(int errno) {
        sameBytes(with(pipes(0, call -> -errno)), RelayFallback.SPLICE);
    }

    @Test
    void aKernelThatRefusesSpliceInTheMiddleGivesTheSameBytesByCopy() {
        sameBytes(with(pipes(0, call -> call % 6 == 5 ? -Errno.EINVAL : 70_000)), RelayFallback.SPLICE);
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EMFILE, Errno.ENFILE, Errno.EPERM})
    void withoutPipesTheSameBytesAreCopied(int errno) {
        sameBytes(with(pipes(errno, call -> Long.MAX_VALUE)), RelayFallback.PIPES);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void withoutDescriptorsForTheSocketsTheEventLoopCopies(int dupsGiven) {
        // The one that was had in vain is given back; the second body meets the end of descriptors at once.
        sameBytes(withDescriptors(dupsGiven), RelayFallback.DESCRIPTORS);
    }

    @Test
    void interruptsAndShortCountsAreNoReasonToCopy() {
        try (TestPod b = TestPod.onKernel(
                        with(pipes(0, call -> call % 3 == 0 ? -Errno.EINTR : call % 3 == 1 ? -Errno.EAGAIN : 30_011)),
                        null);
                TestPod a = new TestPod(null)) {
            assertThat(Http.send(Http.get(b, Http.put(a, OBJECT, 1))).body()).isEqualTo(OBJECT);
            assertThat(b.transfer.stats().splicedBytes()).isGreaterThan(OBJECT.length / 2);
            for (RelayFallback reason : RelayFallback.values()) {
                assertThat(b.transfer.stats().fallbacks(reason))
                        .as(reason.label())
                        .isZero();
            }
            a.empty();
            b.empty();
        }
    }

    /** Test 35, with the kernel's own filter instead of a made-up answer. */
    @Test
    void aSeccompProfileThatDeniesSpliceGivesTheSameBytesByCopy() {
        ConcurrentHashMap<Thread, Boolean> denied = new ConcurrentHashMap<>();
        AtomicInteger refusals = new AtomicInteger();
        Pipes filtered = new Pipes() {
            @Override
            public int pipe2(int[] ends, int flags) {
                return linux.pipes().pipe2(ends, flags);
            }

            @Override
            public long splice(int source, int sink, long length, int flags) {
                // On the relay's own thread, which ends some seconds after its last body.
                denied.computeIfAbsent(Thread.currentThread(), thread -> {
                    DenySplice.here();
                    return true;
                });
                long result = linux.pipes().splice(source, sink, length, flags);
                assertThat(result).isEqualTo(-Errno.EPERM);
                refusals.incrementAndGet();
                return result;
            }
        };
        sameBytes(with(filtered), RelayFallback.SPLICE);
        assertThat(refusals).hasValue(2);
        assertThat(denied.keySet())
                .allSatisfy(thread -> assertThat(thread.getName()).startsWith("baton-relay-"));
    }
}
