package dev.baton.kernel;

/**
 * Calls that work on any descriptor. Each gives its result, or −errno when it failed; {@link LinuxException#check} turns that into an
 * exception. Any thread.
 */
public interface Descriptors {
    int F_ADD_SEALS = 1033;
    int F_GET_SEALS = 1034;

    /** No further seals. */
    int F_SEAL_SEAL = 1;

    int F_SEAL_SHRINK = 2;
    int F_SEAL_GROW = 4;
    int F_SEAL_WRITE = 8;
    /** Since Linux 5.1: no new writable mapping and no write call, while writable mappings made before go on to work. */
    int F_SEAL_FUTURE_WRITE = 0x10;

    /** <a href="https://man7.org/linux/man-pages/man2/fcntl.2.html">fcntl(2)</a>: what the command returns. */
    int fcntl(int fd, int command, int argument);

    /** <a href="https://man7.org/linux/man-pages/man2/close.2.html">close(2)</a>: 0. The descriptor is gone even when it fails. */
    int close(int fd);
}
