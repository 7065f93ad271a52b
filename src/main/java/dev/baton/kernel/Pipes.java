package dev.baton.kernel;

/**
 * Moving bytes between descriptors without seeing them. Each call gives its result, or −errno when it failed;
 * {@link LinuxException#check} turns that into an exception. Any thread; blocks only where a descriptor does.
 */
public interface Pipes {
    int O_CLOEXEC = 0x80000;
    int O_NONBLOCK = 0x800;

    /** fcntl(2): asks for a pipe's capacity in bytes; beyond /proc/sys/fs/pipe-max-size EPERM. */
    int F_SETPIPE_SZ = 1031;

    int SPLICE_F_MOVE = 1;
    int SPLICE_F_NONBLOCK = 2;
    /** More data will follow: a hint to a socket to fill its segments. */
    int SPLICE_F_MORE = 4;

    /**
     * <a href="https://man7.org/linux/man-pages/man2/pipe.2.html">pipe2(2)</a>.
     *
     * @param ends filled with the read end and the write end
     * @return 0
     */
    int pipe2(int[] ends, int flags);

    /**
     * <a href="https://man7.org/linux/man-pages/man2/splice.2.html">splice(2)</a> between a pipe and a socket, without offsets: the number
     * of bytes moved, which may be less than asked for; 0 at the end of the source.
     */
    long splice(int source, int sink, long length, int flags);

    /** Whether an error of splice(2) says that it is not to be had for these files, on this kernel or under this seccomp profile. */
    static boolean spliceRefused(int errno) {
        return errno == Errno.EINVAL
                || errno == Errno.ENOSYS
                || errno == Errno.EPERM
                || errno == Errno.EACCES
                || errno == Errno.ENOMEM;
    }
}
