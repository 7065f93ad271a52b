package dev.baton.kernel;

/**
 * Sockets between processes of one machine, over which descriptors travel: {@code unix(7)} in the abstract name space, by whole packets.
 * Each call gives its result, or −errno when it failed; {@link LinuxException#check} turns that into an exception. Any thread.
 */
public interface LocalSockets {
    int AF_UNIX = 1;
    int SOCK_SEQPACKET = 5;
    int SOCK_CLOEXEC = 0x80000;
    int SOCK_NONBLOCK = 0x800;

    int EFD_CLOEXEC = 0x80000;
    int EFD_NONBLOCK = 0x800;

    /** Descriptors that arrive are closed on exec from the start. */
    int MSG_CMSG_CLOEXEC = 0x40000000;

    int MSG_DONTWAIT = 0x40;

    /** <a href="https://man7.org/linux/man-pages/man2/socket.2.html">socket(2)</a>: a descriptor. */
    int socket(int domain, int type);

    /** <a href="https://man7.org/linux/man-pages/man2/bind.2.html">bind(2)</a> to an abstract name, given without its leading NUL: 0. */
    int bindAbstract(int fd, String name);

    /** <a href="https://man7.org/linux/man-pages/man2/listen.2.html">listen(2)</a>: 0. */
    int listen(int fd, int backlog);

    /** <a href="https://man7.org/linux/man-pages/man2/accept.2.html">accept4(2)</a>: a descriptor. */
    int accept(int fd, int flags);

    /** <a href="https://man7.org/linux/man-pages/man2/recv.2.html">recvmsg(2)</a> with a msghdr at a raw address: bytes received. */
    long recvmsg(int fd, long message, int flags);

    /** <a href="https://man7.org/linux/man-pages/man2/send.2.html">sendmsg(2)</a> with a msghdr at a raw address: bytes sent. */
    long sendmsg(int fd, long message, int flags);

    /**
     * <a href="https://man7.org/linux/man-pages/man2/poll.2.html">poll(2)</a> on many descriptors; blocks.
     *
     * @param entries two for each descriptor: its number (negative ones are passed over), and the events asked for, over whose upper half
     *     (16 bits) the events that came are written
     * @return how many have events; 0 when the time is up
     */
    int poll(int[] entries, int timeoutMillis);

    /** <a href="https://man7.org/linux/man-pages/man2/eventfd.2.html">eventfd(2)</a>: a descriptor. */
    int eventfd(int flags);

    /** Adds one to an eventfd, which wakes who polls it: 0. */
    int raise(int eventfd);

    /** Sets an eventfd back to nothing: 0. */
    int clear(int eventfd);
}
