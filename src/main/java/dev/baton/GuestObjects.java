package dev.baton;

import dev.baton.transfer.InProcess;
import dev.baton.transfer.InProcess.RefusedCallException;
import dev.baton.wasm.GuestErrno;
import dev.baton.wasm.ObjectGateway;
import java.nio.ByteBuffer;

/** Objects and calls of Wasm functions go the way of everyone else's. Guest threads only. */
final class GuestObjects implements ObjectGateway {
    private final InProcess objects;

    GuestObjects(InProcess objects) {
        this.objects = objects;
    }

    @Override
    public String put(ByteBuffer object, int retrievals) throws Refused, InterruptedException {
        try {
            return objects.put(object, retrievals);
        } catch (RefusedCallException refused) {
            throw asErrno(refused);
        }
    }

    @Override
    public void get(String reference, Destination into) throws Refused, InterruptedException {
        try {
            objects.get(reference, sink(into));
        } catch (RefusedCallException refused) {
            throw asErrno(refused);
        }
    }

    @Override
    public void invoke(String url, ByteBuffer body, Destination into) throws Refused, InterruptedException {
        try {
            objects.invoke(url, body, sink(into));
        } catch (RefusedCallException refused) {
            throw asErrno(refused);
        }
    }

    private static InProcess.Sink sink(Destination into) {
        return new InProcess.Sink() {
            @Override
            public void expect(long bytes) {
                into.expect(bytes);
            }

            @Override
            public void write(ByteBuffer bytes) {
                into.write(bytes);
            }
        };
    }

    private static Refused asErrno(RefusedCallException refused) {
        int errno =
                switch (refused.code()) {
                    case "bad-request" -> GuestErrno.EINVAL;
                    case "not-found" -> GuestErrno.ENOENT;
                    case "gone" -> GuestErrno.ESTALE;
                    case "too-large" -> GuestErrno.EFBIG;
                    case "busy", "draining" -> GuestErrno.EAGAIN;
                    case "store-full" -> GuestErrno.ENOSPC;
                    case "producer-unreachable" -> GuestErrno.EHOSTUNREACH;
                    case "pull-timeout" -> GuestErrno.ETIMEDOUT;
                    default -> GuestErrno.EIO;
                };
        return new Refused(errno, refused.code() + ": " + refused.getMessage());
    }
}
