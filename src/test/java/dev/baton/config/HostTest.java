package dev.baton.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostTest {
    @TempDir
    Path root;

    @Test
    void noFilesIsNoLimit() {
        assertThat(new Host(root).memoryLimit()).isEqualTo(-1);
    }

    @Test
    void version2InAContainer() throws IOException {
        write("proc/self/cgroup", "0::/\n");
        write("sys/fs/cgroup/memory.max", "max\n");
        assertThat(new Host(root).memoryLimit()).isEqualTo(-1);
        write("sys/fs/cgroup/memory.max", "1048576\n");
        assertThat(new Host(root).memoryLimit()).isEqualTo(1048576);
    }

    @Test
    void theLowestLimitOnTheWayUpBinds() throws IOException {
        write("proc/self/cgroup", "0::/a/b\n");
        write("sys/fs/cgroup/a/b/memory.max", "max\n");
        write("sys/fs/cgroup/a/memory.max", "5000\n");
        write("sys/fs/cgroup/memory.max", "9000\n");
        assertThat(new Host(root).memoryLimit()).isEqualTo(5000);
    }

    @Test
    void version1() throws IOException {
        write("proc/self/cgroup", "12:cpu,cpuacct:/x\n7:memory:/docker/abc\n1:name=systemd:/\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        assertThat(new Host(root).memoryLimit()).isEqualTo(-1);
        write("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "7000\n");
        assertThat(new Host(root).memoryLimit()).isEqualTo(7000);
    }

    @Test
    void nonsenseIsNoLimit() throws IOException {
        write("proc/self/cgroup", "\n::\n:memory:\n0::no/slash\n");
        write("sys/fs/cgroup/memory.max", "many\n");
        assertThat(new Host(root).memoryLimit()).isEqualTo(-1);
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
