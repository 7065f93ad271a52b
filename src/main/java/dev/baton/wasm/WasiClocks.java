package dev.baton.wasm;

import java.util.concurrent.TimeUnit;

/** What a WASI command knows of time: clocks of whole milliseconds, and sleep. Guest thread only. */
final class WasiClocks {
    private static final int SUBSCRIPTIONS_MAX = 256;

    private WasiClocks() {}

    static long resolution(Guest guest, long[] a) {
        return write(guest, (int) a[0], (int) a[1], TimeUnit.MILLISECONDS.toNanos(1));
    }

    static long time(Guest guest, long[] a) {
        return write(guest, (int) a[0], (int) a[2], now((int) a[0]));
    }

    /** Whole milliseconds: finer clocks would let a guest watch what else the process does. 0 is the wall clock, 1 the monotonic one. */
    private static long now(int clock) {
        long millis = clock == 0 ? System.currentTimeMillis() : TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private static long write(Guest guest, int clock, int out, long nanos) {
        if (clock != 0 && clock != 1) {
            return WasiErrno.EINVAL;
        }
        if (!guest.memory().holds(out, Long.BYTES)) {
            return WasiErrno.EFAULT;
        }
        guest.memory().writeLong(out, nanos);
        return WasiErrno.SUCCESS;
    }

    /** Subscriptions to descriptors are always ready; without any it sleeps until the first clock. */
    static long pollOneoff(Guest guest, long[] a) {
        int in = (int) a[0];
        int out = (int) a[1];
        int count = (int) a[2];
        LinearMemory memory = guest.memory();
        if (count <= 0 || count > SUBSCRIPTIONS_MAX) {
            return WasiErrno.EINVAL;
        }
        if (!memory.holds(in, 48 * count)
                || !memory.holds(out, 32 * count)
                || !memory.holds((int) a[3], Integer.BYTES)) {
            return WasiErrno.EFAULT;
        }
        long[] waits = new long[count];
        long least = Long.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            waits[i] = wait(memory, in + 48 * i);
            least = Math.min(least, waits[i]);
        }
        sleep(guest, least);
        int events = 0;
        for (int i = 0; i < count; i++) {
            if (waits[i] <= least) {
                int event = out + 32 * events++;
                memory.write(event, new byte[32]);
                memory.writeLong(event, memory.readLong(in + 48 * i));
                memory.writeByte(event + 10, memory.read(in + 48 * i + 8));
            }
        }
        memory.writeI32((int) a[3], events);
        return WasiErrno.SUCCESS;
    }

    private static long wait(LinearMemory memory, int subscription) {
        if (memory.read(subscription + 8) != 0) {
            return 0;
        }
        long timeout = memory.readLong(subscription + 24);
        boolean absolute = (memory.readShort(subscription + 40) & 1) != 0;
        long wait = absolute ? timeout - now(memory.readInt(subscription + 16)) : timeout;
        return timeout < 0 ? Long.MAX_VALUE : Math.max(0, wait); // An unsigned number: the negative ones are centuries.
    }

    private static void sleep(Guest guest, long nanos) {
        CallChain chain = guest.chain();
        try {
            if (nanos > 0) {
                TimeUnit.NANOSECONDS.sleep(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw chain.clock().explain();
        }
    }
}
