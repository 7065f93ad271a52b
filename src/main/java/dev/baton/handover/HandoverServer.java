package dev.baton.handover;

import dev.baton.kernel.Descriptor;
import dev.baton.kernel.Errno;
import dev.baton.kernel.Linux;
import dev.baton.kernel.LinuxException;
import dev.baton.kernel.LocalSockets;
import dev.baton.kernel.Sockets;
import dev.baton.transfer.ByDescriptor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The socket {@code @baton}: listens in the abstract name space of the pod's network namespace. Whoever reaches it is inside of the pod and
 * has the rights of the object API on 8022, no more; so nobody is asked who he is.
 *
 * <p>One thread of its own watches listener and connections; a request is answered on a further thread, which is there only while it
 * works. Platform threads, as native calls would pin the carriers of virtual ones. Any thread may call.
 */
public final class HandoverServer implements AutoCloseable {
    /** Beyond them a connection is closed at once, and its function goes over HTTP. */
    static final int CONNECTIONS_MAX = 64;

    private static final int BACKLOG = 64;
    private static final int SWEEP_MILLIS = 1_000;
    private static final int IDLE_THREAD_SECONDS = 10;
    private static final int EVENT_BITS = 16;

    private final Linux linux;
    private final ByDescriptor objects;
    private final Consumer<String> warnings;
    private final Descriptor listener;
    private final Descriptor alarm;
    private final ExecutorService workers;
    private final Thread watcher;
    private final List<Watched> connections = new ArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private volatile boolean closed;

    /** A connection and what is being done with it. The watcher's, but for what is volatile. */
    private static final class Watched {
        final Connection connection;

        /** Guarded by this. */
        private @Nullable Thread worker;

        boolean left;
        volatile boolean busy;
        volatile boolean over;

        Watched(Connection connection) {
            this.connection = connection;
        }

        synchronized void begins() {
            worker = Thread.currentThread();
        }

        /** After this, an interrupt meant for it can no longer reach what the thread does next. */
        synchronized void ends() {
            worker = null;
            Thread.interrupted();
        }

        synchronized void breakOff() {
            if (worker != null) {
                worker.interrupt();
            }
        }
    }

    private HandoverServer(
            Linux linux, Descriptor listener, Descriptor alarm, ByDescriptor objects, Consumer<String> warnings) {
        this.linux = linux;
        this.listener = listener;
        this.alarm = alarm;
        this.objects = objects;
        this.warnings = warnings;
        workers = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_THREAD_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().name("baton-handover-", 0).daemon(true).factory());
        watcher = Thread.ofPlatform().name("baton-handover").daemon(true).unstarted(this::watch);
    }

    /**
     * Listens.
     *
     * @param name without a leading {@code @}
     * @param warnings lines for the log
     * @throws LinuxException EADDRINUSE when another process of this network namespace has the name
     */
    public static HandoverServer open(Linux linux, String name, ByDescriptor objects, Consumer<String> warnings) {
        LocalSockets calls = linux.localSockets();
        int type = LocalSockets.SOCK_SEQPACKET | LocalSockets.SOCK_CLOEXEC | LocalSockets.SOCK_NONBLOCK;
        Descriptor listener = new Descriptor(
                linux.descriptors(), (int) LinuxException.check("socket", calls.socket(LocalSockets.AF_UNIX, type)));
        try {
            LinuxException.check("bind", calls.bindAbstract(listener.number(), name));
            LinuxException.check("listen", calls.listen(listener.number(), BACKLOG));
            int alarm = calls.eventfd(LocalSockets.EFD_CLOEXEC | LocalSockets.EFD_NONBLOCK);
            Descriptor bell = new Descriptor(linux.descriptors(), (int) LinuxException.check("eventfd", alarm));
            HandoverServer server = new HandoverServer(linux, listener, bell, objects, warnings);
            server.watcher.start();
            return server;
        } catch (LinuxException e) {
            listener.close();
            throw e;
        }
    }

    /** Connections of functions. */
    public int connections() {
        return open.get();
    }

    /** Requests that are being answered; a pod that is about to end waits for them. */
    public int running() {
        return running.get();
    }

    private void watch() {
        try {
            while (!closed) {
                int[] entries = entries();
                int timeout = objects.lent() > 0 ? SWEEP_MILLIS : -1;
                int events = linux.localSockets().poll(entries, timeout);
                if (events != -Errno.EINTR) {
                    LinuxException.check("poll", events);
                    look(entries);
                }
                if (timeout > 0) {
                    objects.sweep();
                }
            }
        } catch (RuntimeException e) {
            warnings.accept("Memory is no longer handed over inside the pod: " + e);
        } finally {
            end();
        }
    }

    private int[] entries() {
        int[] entries = new int[2 * (connections.size() + 2)];
        entries[0] = alarm.number();
        entries[1] = Sockets.POLLIN;
        entries[2] = listener.number();
        entries[3] = Sockets.POLLIN;
        int at = 4;
        for (Watched each : connections) {
            // While a request is being answered, the next one can wait, but not the news that nobody waits any more.
            entries[at] = each.left ? -1 : each.connection.number();
            entries[at + 1] = each.busy ? 0 : Sockets.POLLIN;
            at += 2;
        }
        return entries;
    }

    private void look(int[] entries) {
        if (entries[1] >>> EVENT_BITS != 0) {
            linux.localSockets().clear(alarm.number());
        }
        int at = 4;
        for (Iterator<Watched> all = connections.iterator(); all.hasNext(); at += 2) {
            Watched each = all.next();
            if (each.busy) {
                if (entries[at + 1] >>> EVENT_BITS != 0 && !each.left) {
                    each.left = true;
                    each.breakOff();
                }
            } else if (each.over || each.left) {
                all.remove();
                close(each);
            } else if (entries[at + 1] >>> EVENT_BITS != 0) {
                start(each);
            }
        }
        if (entries[3] >>> EVENT_BITS != 0) {
            accept();
        }
    }

    private void accept() {
        int fd;
        while ((fd = linux.localSockets()
                        .accept(listener.number(), LocalSockets.SOCK_CLOEXEC | LocalSockets.SOCK_NONBLOCK))
                >= 0) {
            Descriptor socket = new Descriptor(linux.descriptors(), fd);
            if (connections.size() >= CONNECTIONS_MAX) {
                socket.close();
                continue;
            }
            try {
                connections.add(new Watched(new Connection(linux, socket, objects)));
                open.incrementAndGet();
            } catch (LinuxException refused) {
                socket.close();
            }
        }
        if (fd == -Errno.EMFILE || fd == -Errno.ENFILE || fd == -Errno.ENOMEM) {
            pause();
        }
    }

    /** Nothing can be accepted, and poll would say at once again that something waits. */
    private static void pause() {
        try {
            Thread.sleep(SWEEP_MILLIS);
        } catch (InterruptedException closing) {
            // The loop looks whether it is.
        }
    }

    private void start(Watched each) {
        each.busy = true;
        running.incrementAndGet();
        workers.execute(() -> {
            boolean goesOn = false;
            each.begins();
            try {
                goesOn = each.connection.serve();
            } catch (InterruptedException left) {
                // Its function has gone; what was begun has been taken back.
            } catch (RuntimeException | Error e) {
                warnings.accept("A hand-over failed: " + e);
                throw e;
            } finally {
                each.ends();
                each.over = !goesOn;
                each.busy = false;
                running.decrementAndGet();
                linux.localSockets().raise(alarm.number());
            }
        });
    }

    private void close(Watched each) {
        open.decrementAndGet();
        each.connection.close();
    }

    private void end() {
        workers.shutdownNow();
        boolean quiet = false;
        try {
            quiet = workers.awaitTermination(IDLE_THREAD_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Watched each : connections) {
            // One that is still being used stays open rather than have its number taken by another file.
            if (!each.busy) {
                close(each);
            }
        }
        connections.clear();
        listener.close();
        if (quiet) {
            alarm.close();
        }
    }

    /** Breaks off what is under way and closes every connection. Blocks until that is done. */
    @Override
    public void close() {
        closed = true;
        if (watcher.isAlive()) {
            linux.localSockets().raise(alarm.number());
        }
        try {
            watcher.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
