package dev.baton.wasm;

/** What calls of WASI preview 1 return, by the names of POSIX and with numbers of their own; {@link GuestErrno} has Linux's. */
final class WasiErrno {
    static final int SUCCESS = 0;
    static final int EBADF = 8;
    static final int EFAULT = 21;
    static final int EINVAL = 28;
    static final int ENOSYS = 52;
    static final int ESPIPE = 70;

    private WasiErrno() {}
}
