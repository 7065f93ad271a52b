package dev.baton.wasm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The host calls of the module {@code xdt}: objects, other functions, log. Every region that a guest names is checked; a wrong one is
 * {@link GuestErrno#EFAULT}, and what went wrong last can be asked for as text.
 */
final class XdtCalls {
    static final List<HostCall> ALL = List.of(
            new HostCall("xdt", "put", "iiiii:i", XdtCalls::put),
            new HostCall("xdt", "get", "ii:I", XdtCalls::get),
            new HostCall("xdt", "invoke", "iiii:I", XdtCalls::invoke),
            new HostCall("xdt", "last_error", "ii:i", XdtCalls::lastError),
            new HostCall("xdt", "log", "iii:", XdtCalls::log),
            new HostCall("xdt", "sha256", "iii:i", XdtCalls::sha256));

    private static final int REFERENCE_MAX = 200;
    private static final int TARGET_MAX = 8192;
    private static final int LOG_MAX = 8192;
    private static final int SHA256_BYTES = 32;

    private XdtCalls() {}

    private static long put(Guest guest, long[] a) {
        int at = (int) a[0];
        int length = (int) a[1];
        int retrievals = (int) a[2];
        int out = (int) a[3];
        int cap = (int) a[4];
        LinearMemory memory = guest.memory();
        if (!memory.holds(at, length) || !memory.holds(out, cap)) {
            return fail(guest, GuestErrno.EFAULT, "put: a region lies outside of the memory");
        }
        if (retrievals < 1) {
            return fail(guest, GuestErrno.EINVAL, "put: retrievals must be at least 1");
        }
        if (Integer.compareUnsigned(cap, REFERENCE_MAX) < 0) {
            // Before the object is stored: nobody could ever name it.
            return fail(guest, GuestErrno.ERANGE, "put: a reference may take " + REFERENCE_MAX + " bytes");
        }
        return gateway(guest, null, objects -> {
            byte[] reference = objects.put(memory.view(at, length), retrievals).getBytes(UTF_8);
            if (reference.length > REFERENCE_MAX) {
                throw new IllegalStateException("a reference of " + reference.length + " bytes");
            }
            memory.write(out, reference);
            return reference.length;
        });
    }

    private static long get(Guest guest, long[] a) {
        int at = (int) a[0];
        int length = (int) a[1];
        if (!guest.memory().holds(at, length)) {
            return fail(guest, GuestErrno.EFAULT, "get: the reference lies outside of the memory");
        }
        if (Integer.compareUnsigned(length, REFERENCE_MAX) > 0) {
            return fail(guest, GuestErrno.ENOENT, "get: no such object");
        }
        String reference = guest.memory().readString(at, length, UTF_8);
        GuestRegion region = new GuestRegion(guest);
        return gateway(guest, region, objects -> {
            objects.get(reference, region);
            return region.packed();
        });
    }

    private static long invoke(Guest guest, long[] a) {
        int target = (int) a[0];
        int targetLength = (int) a[1];
        int at = (int) a[2];
        int length = (int) a[3];
        LinearMemory memory = guest.memory();
        if (!memory.holds(target, targetLength) || !memory.holds(at, length)) {
            return fail(guest, GuestErrno.EFAULT, "invoke: a region lies outside of the memory");
        }
        if (Integer.compareUnsigned(targetLength, TARGET_MAX) > 0) {
            return fail(guest, GuestErrno.EINVAL, "invoke: the target is too long");
        }
        String name = memory.readString(target, targetLength, UTF_8);
        if (!name.contains("://")) {
            return NeighbourCall.invoke(guest, name, at, length);
        }
        GuestRegion region = new GuestRegion(guest);
        return gateway(guest, region, objects -> {
            objects.invoke(name, memory.view(at, length), region);
            return region.packed();
        });
    }

    private static long lastError(Guest guest, long[] a) {
        int out = (int) a[0];
        int cap = (int) a[1];
        if (!guest.memory().holds(out, cap)) {
            return -GuestErrno.EFAULT;
        }
        byte[] text = guest.lastError().getBytes(UTF_8);
        int length = Integer.compareUnsigned(cap, text.length) < 0 ? cap : text.length;
        guest.memory().write(out, text, 0, length);
        return length;
    }

    private static long log(Guest guest, long[] a) {
        int level = Math.clamp(a[0], 0, 3);
        int at = (int) a[1];
        int length = (int) a[2];
        if (!guest.memory().holds(at, length)) {
            throw new GuestException(GuestException.Kind.TRAP, "log: the text lies outside of the memory");
        }
        String text =
                guest.memory().readString(at, Integer.compareUnsigned(length, LOG_MAX) > 0 ? LOG_MAX : length, UTF_8);
        guest.function().log(level, text);
        return 0;
    }

    private static long sha256(Guest guest, long[] a) {
        int at = (int) a[0];
        int length = (int) a[1];
        int out = (int) a[2];
        LinearMemory memory = guest.memory();
        if (!memory.holds(at, length) || !memory.holds(out, SHA256_BYTES)) {
            return fail(guest, GuestErrno.EFAULT, "sha256: a region lies outside of the memory");
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(memory.view(at, length));
            byte[] hash = new byte[SHA256_BYTES];
            digest.digest(hash, 0, SHA256_BYTES);
            memory.write(out, hash);
            return 0;
        } catch (NoSuchAlgorithmException | DigestException e) {
            throw new IllegalStateException(e); // Every JVM has it, and the array is its size.
        }
    }

    static long fail(Guest guest, int errno, String text) {
        guest.lastError(text);
        return -errno;
    }

    /** What one host call asks of the gateway; gives its result. */
    @FunctionalInterface
    private interface Request {
        long of(ObjectGateway objects) throws ObjectGateway.Refused, InterruptedException;
    }

    /** @param region what the request fills; goes back to the guest's allocator when it fails */
    private static long gateway(Guest guest, @Nullable GuestRegion region, Request request) {
        CallChain chain = guest.chain();
        try {
            return request.of(guest.function().gateway());
        } catch (ObjectGateway.Refused e) {
            free(region);
            return fail(guest, e.errno(), String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw chain.clock().explain();
        } catch (GuestException e) {
            if (e.kind() != GuestException.Kind.TOO_LARGE && e.kind() != GuestException.Kind.NO_MEMORY) {
                throw e;
            }
            free(region);
            return fail(guest, GuestErrno.ENOMEM, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // The gateway's own fault; its text may name what a guest must not know.
            guest.function().failed("a host call of a function failed", e);
            free(region);
            return fail(guest, GuestErrno.EIO, "the host failed");
        }
    }

    private static void free(@Nullable GuestRegion region) {
        if (region != null) {
            region.free();
        }
    }
}
