package dev.baton.handover;

import dev.baton.http.Problem;
import dev.baton.kernel.Descriptor;
import dev.baton.kernel.Linux;
import dev.baton.kernel.LinuxException;
import dev.baton.kernel.Packet;
import dev.baton.kernel.Sockets;
import dev.baton.transfer.ByDescriptor;
import dev.baton.transfer.InProcess.RefusedCallException;
import dev.baton.transfer.Lent;
import dev.baton.transfer.Taken;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One function's connection: a packet asks, a packet answers, in turn. {@link #serve} runs on a thread that may wait, at most one at a time;
 * {@link #close} when it does not run.
 */
final class Connection implements AutoCloseable {
    /** How long an answer may wait for a function that does not read. */
    private static final int SEND_MILLIS_MAX = 5_000;

    private final Linux linux;
    private final Descriptor socket;
    private final Packet packet;
    private final ByDescriptor objects;
    /** What the kernel cannot tell the end of: it ends with this connection. */
    private final List<Lent> lents = new ArrayList<>(0);

    Connection(Linux linux, Descriptor socket, ByDescriptor objects) {
        this.linux = linux;
        this.socket = socket;
        this.objects = objects;
        packet = new Packet(linux);
    }

    int number() {
        return socket.number();
    }

    /** Answers the packets that are there. False when the connection is to be closed. */
    boolean serve() throws InterruptedException {
        try {
            for (Packet.Received next; (next = packet.receive(socket.number())) != null; ) {
                try {
                    if (!answer(next)) {
                        return false;
                    }
                } finally {
                    next.descriptors().forEach(Descriptor::close);
                }
            }
            return true;
        } catch (LinuxException ended) {
            return false;
        }
    }

    private boolean answer(Packet.Received asked) throws InterruptedException {
        int descriptors = asked.descriptors().size();
        if (!asked.whole()) {
            return refuse("the packet is larger than may be, or has more descriptors");
        }
        return switch (Request.of(asked.text())) {
            case Request.Unclear unclear -> refuse(unclear.detail());
            case Request.Get get -> descriptors == 0 ? get(get) : refuse("a get has no descriptor");
            case Request.Put put ->
                descriptors == 1
                        ? put(put, asked.descriptors().getFirst())
                        : refuse("a put has one descriptor, not " + descriptors);
        };
    }

    private boolean get(Request.Get get) throws InterruptedException {
        Taken taken;
        try {
            taken = objects.take(get.reference());
        } catch (RefusedCallException refused) {
            return send(Reply.of(refused.problem()), null);
        }
        boolean sent = false;
        try {
            sent = send(Reply.of(taken), taken.memory().descriptor());
        } finally {
            if (!sent) {
                taken.failed();
            }
        }
        if (sent) {
            Lent kept = taken.handedOver();
            if (kept != null) {
                lents.add(kept);
            }
        }
        return sent;
    }

    private boolean put(Request.Put put, Descriptor given) throws InterruptedException {
        String text;
        try {
            text = Reply.of(objects.keep(given, put.wish()));
        } catch (RefusedCallException refused) {
            text = Reply.of(refused.problem());
        }
        return send(text, null);
    }

    private boolean refuse(String detail) {
        return send(Reply.of(new Problem(400, "bad-request", "The request is not understood", detail)), null);
    }

    private boolean send(String text, @Nullable Descriptor descriptor) {
        for (int attempt = 0; attempt < 2; attempt++) {
            if (packet.send(socket.number(), text, descriptor)) {
                return true;
            }
            linux.sockets().poll(socket.number(), Sockets.POLLOUT, SEND_MILLIS_MAX);
        }
        return false;
    }

    @Override
    public void close() {
        try (socket;
                packet) {
            lents.forEach(Lent::close);
        }
    }
}
