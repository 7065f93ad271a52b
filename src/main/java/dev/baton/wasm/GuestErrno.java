package dev.baton.wasm;

/**
 * Error numbers that host calls give to guests, negated: those of errno(3) on Linux, so that a guest's libraries need no table of their own.
 * They are part of the guest ABI.
 */
public final class GuestErrno {
    /** No such neighbour, or no such object: unknown, forged and foreign references alike. */
    public static final int ENOENT = 2;
    /** The other side failed. */
    public static final int EIO = 5;
    /** Busy: try again later. */
    public static final int EAGAIN = 11;
    /** No room in the caller's linear memory. */
    public static final int ENOMEM = 12;
    /** A region outside of the caller's linear memory. */
    public static final int EFAULT = 14;
    /** A wrong argument. */
    public static final int EINVAL = 22;
    /** Larger than the store, or than the other function's memory. */
    public static final int EFBIG = 27;
    /** The store is full. */
    public static final int ENOSPC = 28;
    /** The result does not fit into the buffer given for it. */
    public static final int ERANGE = 34;
    /** Not offered by this host. */
    public static final int ENOSYS = 38;
    /** Calls are nested too deeply. */
    public static final int ELOOP = 40;
    /** The other side did not answer in time. */
    public static final int ETIMEDOUT = 110;
    /** The other side cannot be reached. */
    public static final int EHOSTUNREACH = 113;
    /** The object is gone: retrieved as often as it may be, expired or deleted. */
    public static final int ESTALE = 116;

    private GuestErrno() {}
}
