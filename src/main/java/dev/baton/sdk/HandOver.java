package dev.baton.sdk;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Objects as memory, over the sidecar's socket. Any thread; blocks until the sidecar has answered. */
final class HandOver implements AutoCloseable {
    /** The object cannot be passed in this way, but perhaps over HTTP. */
    static final class NotThisWayException extends Exception {
        private static final long serialVersionUID = 1;

        /** Nobody answers, which will not change within the next call. */
        final boolean unreachable;

        NotThisWayException(String why, boolean unreachable) {
            super(why, null, false, false);
            this.unreachable = unreachable;
        }
    }

    private static final int IDLE_MAX = 8;
    private static final Set<String> OVER_HTTP_INSTEAD = Set.of("too-many-files", "not-implemented");
    /** A get by its bytes needs no room in the sidecar's store. */
    private static final Set<String> GET_OVER_HTTP_INSTEAD = Set.of("store-full", "too-large");

    private final String name;
    private final ConcurrentLinkedDeque<LocalConnection> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger idleCount = new AtomicInteger();
    private volatile boolean closed;

    HandOver(String name) {
        this.name = name;
    }

    /** Makes sure that there is a connection. */
    void probe() throws IOException {
        giveBack(take());
    }

    BatonObject get(String reference) throws BatonException, NotThisWayException {
        LocalConnection.Message message = ask("GET /v1/objects/" + reference + "\n\n", LocalConnection.NONE);
        int fd = message.descriptor();
        try {
            Answer answer = Answer.of(message.text());
            if (answer.status() != 200) {
                throw refusal(answer, true);
            }
            if (fd == LocalConnection.NONE) {
                throw new BatonException(BatonException.UNREACHABLE, "the answer has no descriptor");
            }
            return mapped(answer, fd);
        } finally {
            if (fd != LocalConnection.NONE) {
                LinuxCalls.close(fd);
            }
        }
    }

    private static BatonObject mapped(Answer answer, int fd) throws BatonException {
        Arena arena = Arena.ofShared();
        try {
            MemorySegment memory = LinuxCalls.map(fd, answer.size(), false, arena);
            return new MappedObject(answer.fields().getOrDefault("content-type", ""), memory, arena);
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw new BatonException("the object's memory cannot be mapped", e);
        }
    }

    /** @param fd of a sealed file; the caller's */
    String put(int fd, long size, PutOptions options) throws BatonException, NotThisWayException {
        String head = "POST " + options.target() + "\ncontent-type: " + options.contentType() + "\ncontent-length: "
                + size + "\n\n";
        Answer answer = Answer.of(ask(head, fd).text());
        if (answer.status() != 201) {
            throw refusal(answer, false);
        }
        return answer.body();
    }

    private static BatonException refusal(Answer answer, boolean get) throws NotThisWayException {
        BatonException problem = answer.problem();
        if (OVER_HTTP_INSTEAD.contains(problem.code()) || (get && GET_OVER_HTTP_INSTEAD.contains(problem.code()))) {
            throw new NotThisWayException(problem.code(), false);
        }
        return problem;
    }

    private LocalConnection.Message ask(String text, int fd) throws NotThisWayException {
        while (true) {
            LocalConnection kept = idle.pollFirst();
            if (kept != null) {
                idleCount.decrementAndGet();
            }
            LocalConnection connection = null;
            try {
                connection = kept == null ? new LocalConnection(name) : kept;
                LocalConnection.Message answer = connection.ask(text, fd);
                giveBack(connection);
                return answer;
            } catch (IOException broken) {
                if (connection != null) {
                    connection.close();
                }
                // A kept one may be of a sidecar that has since started anew.
                if (kept == null) {
                    throw new NotThisWayException(String.valueOf(broken.getMessage()), true);
                }
            }
        }
    }

    private LocalConnection take() throws IOException {
        LocalConnection kept = idle.pollFirst();
        if (kept == null) {
            return new LocalConnection(name);
        }
        idleCount.decrementAndGet();
        return kept;
    }

    private void giveBack(LocalConnection connection) {
        if (idleCount.incrementAndGet() > IDLE_MAX || closed) {
            idleCount.decrementAndGet();
            connection.close();
            return;
        }
        idle.addFirst(connection);
        if (closed) {
            close();
        }
    }

    @Override
    public void close() {
        closed = true;
        for (@Nullable LocalConnection each; (each = idle.pollFirst()) != null; ) {
            each.close();
        }
    }
}
