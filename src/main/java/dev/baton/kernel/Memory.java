package dev.baton.kernel;

import java.nio.ByteBuffer;

/**
 * Memory calls of Linux. Each gives its result, or −errno when it failed; {@link LinuxException#check} turns that into an exception.
 * Any thread. Addresses and lengths are raw: {@link Mapping} and {@link Region} are the safe way to hold them.
 */
public interface Memory {
    int MFD_CLOEXEC = 1;
    int MFD_ALLOW_SEALING = 2;
    /** Since Linux 6.3; older kernels answer EINVAL. */
    int MFD_NOEXEC_SEAL = 8;

    int PROT_NONE = 0;
    int PROT_READ = 1;
    int PROT_WRITE = 2;

    int MAP_SHARED = 1;
    int MAP_PRIVATE = 2;
    int MAP_ANONYMOUS = 0x20;
    int MAP_NORESERVE = 0x4000;

    int MADV_DONTNEED = 4;
    int MADV_HUGEPAGE = 14;
    int MADV_NOHUGEPAGE = 15;

    /** <a href="https://man7.org/linux/man-pages/man2/memfd_create.2.html">memfd_create(2)</a>: a descriptor. */
    int memfdCreate(String name, int flags);

    /** <a href="https://man7.org/linux/man-pages/man2/ftruncate.2.html">ftruncate(2)</a>: 0. */
    int ftruncate(int fd, long length);

    /** <a href="https://man7.org/linux/man-pages/man2/mmap.2.html">mmap(2)</a>: an address. */
    long mmap(long address, long length, int protection, int flags, int fd, long offset);

    /** <a href="https://man7.org/linux/man-pages/man2/mprotect.2.html">mprotect(2)</a>: 0. */
    int mprotect(long address, long length, int protection);

    /** <a href="https://man7.org/linux/man-pages/man2/munmap.2.html">munmap(2)</a>: 0. */
    int munmap(long address, long length);

    /** <a href="https://man7.org/linux/man-pages/man2/madvise.2.html">madvise(2)</a>: 0. */
    int madvise(long address, long length, int advice);

    /**
     * <a href="https://man7.org/linux/man-pages/man2/mincore.2.html">mincore(2)</a>: 0.
     *
     * @param present gets one byte per page, whose lowest bit tells whether the page is resident
     */
    int mincore(long address, long length, byte[] present);

    /** <a href="https://man7.org/linux/man-pages/man2/getpagesize.2.html">getpagesize(2)</a>: bytes. */
    int pageSize();

    /** Not a system call: a writable view of mapped memory, which does not keep it mapped. */
    ByteBuffer view(long address, int length);
}
