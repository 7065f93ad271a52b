package dev.baton.kernel;

/**
 * Calls on sockets that a channel of the request plane does not make. Each gives its result, or −errno when it failed;
 * {@link LinuxException#check} turns that into an exception. Any thread; {@link #poll} blocks.
 */
public interface Sockets {
    int POLLIN = 1;
    int POLLOUT = 4;

    /** fcntl(2): a second descriptor for the same open file, closed on exec. */
    int F_DUPFD_CLOEXEC = 1030;

    int SHUT_RDWR = 2;
    /** No SIGPIPE when the other side has gone. */
    int MSG_NOSIGNAL = 0x4000;

    /**
     * <a href="https://man7.org/linux/man-pages/man2/poll.2.html">poll(2)</a> on one descriptor: the events that came, errors and hang-ups
     * among them whether asked for or not; 0 when the time is up.
     */
    int poll(int fd, int events, int timeoutMillis);

    /** <a href="https://man7.org/linux/man-pages/man2/read.2.html">read(2)</a> to a raw address: bytes read, 0 at the end. */
    long read(int fd, long address, long length);

    /** <a href="https://man7.org/linux/man-pages/man2/send.2.html">send(2)</a> from a raw address: bytes sent. */
    long send(int fd, long address, long length, int flags);

    /** <a href="https://man7.org/linux/man-pages/man2/shutdown.2.html">shutdown(2)</a>: 0. Wakes whoever waits for the socket. */
    int shutdown(int fd, int how);
}
