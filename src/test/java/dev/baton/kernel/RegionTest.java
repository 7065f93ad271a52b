package dev.baton.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegionTest {
    private static final int SEALS = Descriptors.F_SEAL_SEAL
            | Descriptors.F_SEAL_SHRINK
            | Descriptors.F_SEAL_GROW
            | Descriptors.F_SEAL_FUTURE_WRITE;

    private final FaultyMemory kernel = new FaultyMemory();

    private Region sealed(long size) {
        return Region.sealed(kernel.linux(), "region-test", size, 0);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    @Test
    void bytesComeBackAndViewsAreReadOnly() {
        try (Region region = sealed(10_000)) {
            ByteBuffer source = ByteBuffer.wrap(new byte[] {9, 1, 2, 3, 9}).position(1);
            region.write(9_997, source, 3);
            assertThat(source.position()).isEqualTo(4);
            ByteBuffer view = region.read(9_996, 4);
            assertThat(bytes(view)).containsExactly(0, 1, 2, 3);
            assertThatThrownBy(() -> view.put(0, (byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
            assertThat(region.read(10_000, 0).remaining()).isZero();
        }
        assertNothingLeft();
    }

    @ParameterizedTest
    @CsvSource({"-1,1", "0,4097", "4096,1", "9223372036854775807,2", "0,-1"})
    void nothingIsReadOrWrittenOutside(long offset, int length) {
        try (Region region = Region.anonymous(kernel.linux(), 4096, 0)) {
            assertThatThrownBy(() -> region.read(offset, length)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> region.write(offset, ByteBuffer.allocate(8192), length))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void whoeverGetsTheDescriptorCanOnlyRead() throws IOException {
        try (Region region = sealed(8192)) {
            region.write(0, ByteBuffer.wrap(new byte[] {1, 2, 3}), 3);
            int fd = region.descriptor().number();
            assertThat(kernel.fcntl(fd, Descriptors.F_GET_SEALS, 0) & SEALS).isEqualTo(SEALS);
            assertThat(kernel.ftruncate(fd, 4096)).isEqualTo(-Errno.EPERM);
            assertThat(kernel.ftruncate(fd, 16384)).isEqualTo(-Errno.EPERM);
            assertThat(kernel.mmap(0, 8192, Memory.PROT_READ | Memory.PROT_WRITE, Memory.MAP_SHARED, fd, 0))
                    .isEqualTo(-Errno.EPERM);
            Path reopened = Path.of("/proc/self/fd/" + fd);
            assertThat(Files.readAllBytes(reopened)).hasSize(8192).startsWith(1, 2, 3);
            try (FileChannel channel = new RandomAccessFile(reopened.toFile(), "rw").getChannel()) {
                assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1), 0))
                        .isInstanceOf(IOException.class);
            }
            region.write(3, ByteBuffer.wrap(new byte[] {4}), 1);
            assertThat(Files.readAllBytes(reopened))
                    .as("the owner still writes")
                    .startsWith(1, 2, 3, 4);
        }
        assertNothingLeft();
    }

    @Test
    void aKernelWithoutNoexecGetsThePlainFlags() {
        kernel.fail("noexec", Errno.EINVAL, 1);
        try (Region region = sealed(4096)) {
            assertThat(region.descriptor()).isNotNull();
        }
        assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.ENOSYS, Errno.EPERM, Errno.EACCES})
    void withoutMemfdsMemoryIsPrivate(int errno) {
        kernel.fail("memfd_create", errno, 2);
        try (Region region = sealed(4096)) {
            assertThat(region.descriptor()).isNull();
            region.write(0, ByteBuffer.wrap(new byte[] {7}), 1);
            assertThat(region.read(0, 1).get()).isEqualTo((byte) 7);
        }
        assertNothingLeft();
    }

    @Test
    void whatCannotBeSealedIsNotShared() {
        kernel.fail("fcntl", Errno.EINVAL, 1);
        try (Region region = sealed(4096)) {
            assertThat(region.descriptor()).isNull();
            assertThat(kernel.openDescriptors).hasValue(0);
            region.write(0, ByteBuffer.wrap(new byte[] {7}), 1);
            assertThat(region.read(0, 1).get()).isEqualTo((byte) 7);
        }
        assertNothingLeft();
    }

    @Test
    void interruptedCallsAreRepeated() {
        kernel.fail("ftruncate", Errno.EINTR, 3);
        kernel.fail("close", Errno.EINTR, 1);
        sealed(4096).close();
        assertNothingLeft();
    }

    @ParameterizedTest
    @CsvSource({"memfd_create,24", "ftruncate,12", "mmap,12", "fcntl,16"})
    void aRefusalNamesTheCallAndLeavesNothingBehind(String call, int errno) {
        kernel.fail(call, errno, 10);
        assertThatThrownBy(() -> sealed(4096)).isInstanceOfSatisfying(LinuxException.class, e -> {
            assertThat(e.call()).isEqualTo(call);
            assertThat(e.errno()).isEqualTo(errno);
            assertThat(e).hasMessage(call + ": " + Errno.describe(errno));
        });
        assertNothingLeft();
    }

    @Test
    void theRunningKernelsErrnoArrives() {
        Memory memory = Linux.running().memory();
        assertThat(memory.ftruncate(-1, 1)).isEqualTo(-Errno.EBADF);
        assertThat(memory.mmap(0, 0, Memory.PROT_READ, Memory.MAP_PRIVATE | Memory.MAP_ANONYMOUS, -1, 0))
                .isEqualTo(-Errno.EINVAL);
        assertThat(memory.munmap(1, 1)).isEqualTo(-Errno.EINVAL);
        assertThat(memory.madvise(0, 4096, 12345)).isEqualTo(-Errno.EINVAL);
        assertThat(memory.memfdCreate("x".repeat(300), 0)).isEqualTo(-Errno.EINVAL);
        assertThat(Linux.running().descriptors().close(-1)).isEqualTo(-Errno.EBADF);
        assertThat(Linux.running().descriptors().fcntl(-1, Descriptors.F_GET_SEALS, 0))
                .isEqualTo(-Errno.EBADF);
    }

    @ParameterizedTest
    @ValueSource(longs = {2 << 20, (5 << 20) + 12_345, 64 << 20})
    void hugePagesBeginWhereTheyMustAndNothingIsLeftOfTheAlignment(long size) {
        long huge = size & -Region.HUGE_PAGE;
        try (Region region = Region.anonymous(kernel.linux(), size, huge)) {
            assertThat(region.address() % Region.HUGE_PAGE).isZero();
            assertThat(region.size()).isEqualTo(size);
            assertThat(kernel.mappings()).isEqualTo(1);
            region.write(size - 1, ByteBuffer.wrap(new byte[] {7}), 1);
            assertThat(region.read(size - 1, 1).get()).isEqualTo((byte) 7);
        }
        assertNothingLeft();
        kernel.fail("munmap", Errno.ENOMEM, 1);
        assertThatThrownBy(() -> Region.anonymous(kernel.linux(), size, huge)).hasMessage("munmap: ENOMEM");
        assertNothingLeft();
    }

    @Test
    void closingTwiceClosesOnce() {
        Region region = sealed(4096);
        Descriptor descriptor = region.descriptor();
        region.close();
        region.close();
        assertThatThrownBy(descriptor::number).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> region.read(0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertNothingLeft();
    }

    @Test
    void rangesAcrossTheLimitOfOneBufferWork() {
        long size = (5L << 30) + 4096;
        // Sparse: only the pages that are touched take memory.
        try (Region region = sealed(size)) {
            for (long offset :
                    new long[] {0, (1L << 30) - 2, (2L << 30) - 2, (3L << 30) - 2, (4L << 30) - 2, size - 4}) {
                region.write(offset, ByteBuffer.wrap(new byte[] {1, 2, 3, (byte) offset}), 4);
                assertThat(bytes(region.read(offset, 4))).containsExactly(1, 2, 3, (byte) offset);
            }
            assertThat(region.read((1L << 30) - 1, 1 << 30).capacity()).isEqualTo(1 << 30);
            assertThat(region.read((4L << 30) + 4096, 1 << 30).capacity()).isEqualTo(1 << 30);
        }
        assertNothingLeft();
    }

    private void assertNothingLeft() {
        assertThat(kernel.mappings()).isEqualTo(0);
        assertThat(kernel.openDescriptors).hasValue(0);
    }
}
