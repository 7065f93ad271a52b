package dev.baton.kernel;

/**
 * Calls that ask what a descriptor is, and that read or write a file at a place. Each gives its result, or −errno when it failed;
 * {@link LinuxException#check} turns that into an exception. Any thread.
 */
public interface Files {
    int O_RDONLY = 0;
    int O_CLOEXEC = 0x80000;

    /** {@link #fileSystem} of a memfd of ordinary pages: statfs(2). */
    long TMPFS_MAGIC = 0x01021994;

    /** fcntl(2): asks for a lease, which nobody gets for writing who is not alone with the file. */
    int F_SETLEASE = 1024;

    int F_WRLCK = 1;

    /** fcntl(2): which signal tells that someone opens a leased file. */
    int F_SETSIG = 10;

    /** Ignored unless a process asks for it. The same on x86-64 and aarch64. */
    int SIGURG = 23;

    /** <a href="https://man7.org/linux/man-pages/man2/open.2.html">open(2)</a>: a descriptor. */
    int open(String path, int flags);

    /** <a href="https://man7.org/linux/man-pages/man2/pread.2.html">pread(2)</a> to a raw address: bytes read, 0 at the end. */
    long pread(int fd, long address, long length, long offset);

    /** <a href="https://man7.org/linux/man-pages/man2/pwrite.2.html">pwrite(2)</a> from a raw address: bytes written. */
    long pwrite(int fd, long address, long length, long offset);

    /** <a href="https://man7.org/linux/man-pages/man2/fstatfs.2.html">fstatfs(2)</a>: the magic number of its file system. */
    long fileSystem(int fd);

    /** <a href="https://man7.org/linux/man-pages/man2/statx.2.html">statx(2)</a>: the size in bytes of a regular file, −EINVAL for another kind. */
    long regularSize(int fd);
}
