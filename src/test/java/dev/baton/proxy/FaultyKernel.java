package dev.baton.proxy;

import dev.baton.kernel.Descriptors;
import dev.baton.kernel.Errno;
import dev.baton.kernel.Linux;
import dev.baton.kernel.Pipes;
import dev.baton.kernel.Sockets;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;

/** The running kernel, which keeps a list of duplicated descriptors, and whose splice may fail on purpose. Any thread. */
final class FaultyKernel {
    /** Duplicates that are open. */
    final Set<Integer> duplicates = ConcurrentHashMap.newKeySet();

    final AtomicInteger splices = new AtomicInteger();

    private final Linux real = Linux.running();
    private final IntUnaryOperator fault;
    private final boolean mayDuplicate;
    /** Most bytes of one splice; 0 for as many as asked. */
    private volatile int most;

    /** @param fault what the n-th splice gives in place of a result, as −errno; 0 lets it pass */
    FaultyKernel(IntUnaryOperator fault, boolean mayDuplicate) {
        this.fault = fault;
        this.mayDuplicate = mayDuplicate;
    }

    static FaultyKernel sound() {
        return new FaultyKernel(n -> 0, true);
    }

    FaultyKernel movingAtMost(int bytes) {
        most = bytes;
        return this;
    }

    Linux linux() {
        return new Linux(real.memory(), descriptors(), pipes(), real.sockets());
    }

    private Descriptors descriptors() {
        return (Descriptors) Proxy.newProxyInstance(
                Descriptors.class.getClassLoader(), new Class<?>[] {Descriptors.class}, (self, method, arguments) -> {
                    if (method.getName().equals("fcntl") && arguments[1].equals(Sockets.F_DUPFD_CLOEXEC)) {
                        if (!mayDuplicate) {
                            return -Errno.EMFILE;
                        }
                        int copy = real.descriptors().fcntl((int) arguments[0], Sockets.F_DUPFD_CLOEXEC, 0);
                        if (copy >= 0) {
                            duplicates.add(copy);
                        }
                        return copy;
                    }
                    if (method.getName().equals("close")) {
                        duplicates.remove(arguments[0]);
                    }
                    return method.invoke(real.descriptors(), arguments);
                });
    }

    private Pipes pipes() {
        return (Pipes) Proxy.newProxyInstance(
                Pipes.class.getClassLoader(), new Class<?>[] {Pipes.class}, (self, method, arguments) -> {
                    if (method.getName().equals("splice")) {
                        int failure = fault.applyAsInt(splices.incrementAndGet());
                        if (failure != 0) {
                            return (long) failure;
                        }
                        if (most > 0) {
                            arguments[2] = Math.min((long) arguments[2], most);
                        }
                    }
                    return method.invoke(real.pipes(), arguments);
                });
    }
}
