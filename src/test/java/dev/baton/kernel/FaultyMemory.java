package dev.baton.kernel;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** The running kernel, except that chosen calls fail as often as asked; counts what is mapped. */
public final class FaultyMemory implements Memory, Descriptors {
    public static final long FOLD = (16 << 20) + 4096;
    private static final int MAP_FIXED = 0x10;

    private final Memory memory = Linux.running().memory();
    private final Descriptors descriptors = Linux.running().descriptors();
    private final ConcurrentHashMap<String, Fault> faults = new ConcurrentHashMap<>();
    /** What is mapped: where it begins and ends. */
    private final ConcurrentSkipListMap<Long, Long> ranges = new ConcurrentSkipListMap<>();

    public final AtomicLong mappedBytesMax = new AtomicLong();
    public final AtomicInteger openDescriptors = new AtomicInteger();
    public final AtomicInteger memfds = new AtomicInteger();

    /** Set: every mapping shows the same few megabytes over and over, so that gigabytes can be written without having them. */
    public volatile boolean folded;

    private record Fault(int errno, AtomicInteger left) {}

    public Linux linux() {
        Linux running = Linux.running();
        return new Linux(this, this, running.pipes(), running.sockets());
    }

    public Supplier<Linux> supplier() {
        return this::linux;
    }

    /** The next so many calls of that name fail. */
    public void fail(String call, int errno, int times) {
        faults.put(call, new Fault(errno, new AtomicInteger(times)));
    }

    private int fault(String call) {
        Fault fault = faults.get(call);
        return fault != null && fault.left.getAndUpdate(n -> Math.max(0, n - 1)) > 0 ? -fault.errno : 0;
    }

    @Override
    public int memfdCreate(String name, int flags) {
        memfds.incrementAndGet();
        int fault = (flags & MFD_NOEXEC_SEAL) != 0 ? fault("noexec") : 0;
        fault = fault != 0 ? fault : fault("memfd_create");
        int fd = fault != 0 ? fault : memory.memfdCreate(name, flags);
        if (fd >= 0) {
            openDescriptors.incrementAndGet();
        }
        return fd;
    }

    @Override
    public int ftruncate(int fd, long length) {
        int fault = fault("ftruncate");
        return fault != 0 ? fault : memory.ftruncate(fd, length);
    }

    @Override
    public long mmap(long address, long length, int protection, int flags, int fd, long offset) {
        int fault = fault("mmap");
        long result = fault != 0
                ? fault
                : folded ? fold(length) : memory.mmap(address, length, protection, flags, fd, offset);
        if (result >= 0) {
            ranges.put(result, result + wholePages(length));
            mappedBytesMax.accumulateAndGet(mappedBytes(), Math::max);
        }
        return result;
    }

    private long fold(long length) {
        int fd = (int) LinuxException.check("memfd_create", memory.memfdCreate("folded", MFD_CLOEXEC));
        LinuxException.check("ftruncate", memory.ftruncate(fd, FOLD));
        long base = memory.mmap(0, length, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        LinuxException.check("mmap", base);
        for (long at = 0; at < length; at += FOLD) {
            long part = Math.min(FOLD, length - at);
            LinuxException.check(
                    "mmap", memory.mmap(base + at, part, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0));
        }
        descriptors.close(fd);
        return base;
    }

    @Override
    public int munmap(long address, long length) {
        int fault = fault("munmap");
        if (fault != 0) {
            return fault;
        }
        // Forgotten first: as soon as the kernel has it, another thread may get the same address.
        forget(address, address + wholePages(length));
        int result = memory.munmap(address, length);
        if (result != 0) {
            throw new AssertionError("munmap: " + result);
        }
        return result;
    }

    private synchronized void forget(long address, long end) {
        Map.Entry<Long, Long> range = ranges.floorEntry(address);
        if (range == null || range.getValue() < end) {
            throw new AssertionError("unmaps what it has not mapped");
        }
        ranges.remove(range.getKey());
        if (range.getKey() < address) {
            ranges.put(range.getKey(), address);
        }
        if (end < range.getValue()) {
            ranges.put(end, range.getValue());
        }
    }

    public int mappings() {
        return ranges.size();
    }

    private long mappedBytes() {
        return ranges.entrySet().stream()
                .mapToLong(range -> range.getValue() - range.getKey())
                .sum();
    }

    /** What of it is in memory, as the kernel counts it. */
    public long residentBytes() {
        long pages = 0;
        for (Map.Entry<Long, Long> range : ranges.entrySet()) {
            byte[] present = new byte[(int) ((range.getValue() - range.getKey()) / pageSize())];
            LinuxException.check(
                    "mincore", memory.mincore(range.getKey(), (long) present.length * pageSize(), present));
            for (byte page : present) {
                pages += page & 1;
            }
        }
        return pages * pageSize();
    }

    private long wholePages(long bytes) {
        return (bytes + pageSize() - 1) / pageSize() * pageSize();
    }

    @Override
    public int mprotect(long address, long length, int protection) {
        int fault = fault("mprotect");
        return fault != 0 ? fault : memory.mprotect(address, length, protection);
    }

    @Override
    public int mincore(long address, long length, byte[] present) {
        int fault = fault("mincore");
        return fault != 0 ? fault : memory.mincore(address, length, present);
    }

    @Override
    public int pageSize() {
        return memory.pageSize();
    }

    @Override
    public int madvise(long address, long length, int advice) {
        int fault = fault("madvise");
        return fault != 0 ? fault : memory.madvise(address, length, advice);
    }

    @Override
    public ByteBuffer view(long address, int length) {
        return memory.view(address, length);
    }

    @Override
    public int fcntl(int fd, int command, int argument) {
        int fault = fault("fcntl");
        return fault != 0 ? fault : descriptors.fcntl(fd, command, argument);
    }

    @Override
    public int close(int fd) {
        int result = descriptors.close(fd);
        if (result == 0) {
            openDescriptors.decrementAndGet();
        }
        int fault = fault("close");
        return fault != 0 ? fault : result;
    }
}
