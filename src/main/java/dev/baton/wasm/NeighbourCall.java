package dev.baton.wasm;

import org.jspecify.annotations.Nullable;

/**
 * A call from one function to another in this process: the body is copied once, from the caller's linear memory to the region that the other
 * one's allocator gives, and the answer once the other way. The other function runs on the caller's thread and in its time, in an instance of
 * its own, also when it is the same function again.
 */
final class NeighbourCall implements GuestInput, GuestOutput {
    private final LinearMemory from;
    private final int at;
    private final int length;
    private final GuestRegion answer;
    private int read;
    private @Nullable GuestException callersFault;

    private NeighbourCall(Guest caller, int at, int length) {
        this.from = caller.memory();
        this.at = at;
        this.length = length;
        this.answer = new GuestRegion(caller);
    }

    /** [at, at + length) lies inside the caller's memory. Gives the answer's packed region in the caller's memory, or -errno. */
    static long invoke(Guest caller, String name, int at, int length) {
        GuestFunction callee = caller.function().neighbour(name);
        if (callee == null) {
            return XdtCalls.fail(caller, GuestErrno.ENOENT, "invoke: there is no function of this name here");
        }
        NeighbourCall call = new NeighbourCall(caller, at, length);
        CallChain chain = caller.chain();
        long startNanos = System.nanoTime();
        try {
            callee.call(call, call, chain);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw chain.clock().explain();
        } catch (GuestException e) {
            return call.failed(caller, name, e);
        }
        caller.function().called(callee, length, call.answer.length(), startNanos);
        return call.answer.packed();
    }

    private long failed(Guest caller, String name, GuestException e) {
        boolean own = e == callersFault;
        int errno =
                switch (e.kind()) {
                    case CANCELLED, DEADLINE -> throw e;
                    case TOO_LARGE -> own ? GuestErrno.ENOMEM : GuestErrno.EFBIG;
                    case NO_MEMORY -> own ? GuestErrno.ENOMEM : GuestErrno.EAGAIN;
                    case LOADING -> GuestErrno.EAGAIN;
                    case TOO_DEEP -> GuestErrno.ELOOP;
                    case TRAP, FAILED, EXITED, NOT_LOADED, BODY -> {
                        if (own) {
                            throw e; // The caller's own allocator broke: it is the caller that trapped.
                        }
                        yield GuestErrno.EIO;
                    }
                };
        answer.free();
        return XdtCalls.fail(caller, errno, "invoke " + name + ": " + e.getMessage());
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public int read(LinearMemory into, int where, int most) {
        if (read == length) {
            return -1;
        }
        int count = Math.min(most, length - read);
        from.copyTo(into, at + read, where, count);
        read += count;
        return count;
    }

    @Override
    public void whole(GuestAnswer whole) {
        try {
            answer.take(whole);
        } catch (GuestException e) {
            callersFault = e;
            throw e;
        } finally {
            whole.closeSoon();
        }
    }

    @Override
    public void part(LinearMemory memory, int where, int bytes) {
        try {
            answer.append(memory, where, bytes);
        } catch (GuestException e) {
            callersFault = e;
            throw e;
        }
    }

    @Override
    public void end() {}
}
