package dev.baton.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JanitorTest {
    @TempDir
    Path temp;

    @Test
    void removesProcessesAndTheFolder() throws Exception {
        Path folder = Files.createDirectory(temp.resolve("run"));
        Files.writeString(folder.resolve("key"), "secret");
        Janitor janitor = new Janitor();
        janitor.folder(folder);
        Process one = sleeper("sleep 300");
        Process two = sleeper("sleep 300");
        janitor.process(one);
        janitor.process(two);
        janitor.close();
        janitor.close();
        assertThat(one.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(two.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(folder).doesNotExist();
    }

    @Test
    void whatTakesTheFirstSignalForADrainEndsAtTheSecond() throws Exception {
        Path told = temp.resolve("told");
        Process drains = sleeper("trap 'echo x >> " + told + "; [ $(wc -l < " + told + ") -lt 2 ] || exit 7' TERM\n"
                + "echo up; while :; do sleep 0.05; done");
        try (Janitor janitor = new Janitor()) {
            janitor.process(drains);
            assertThat(drains.inputReader().readLine()).isEqualTo("up");
        }
        assertThat(drains.waitFor()).isEqualTo(7);
    }

    @Test
    void cleansUpWhenItsOwnerIsKilled() throws Exception {
        Path folder = Files.createDirectory(temp.resolve("run"));
        List<String> command = new ArrayList<>(Workload.javaCommand(Owner.class));
        command.add(folder.toString());
        Process owner = new ProcessBuilder(command).start();
        long pid = Long.parseLong(owner.inputReader().readLine());
        ProcessHandle child = ProcessHandle.of(pid).orElseThrow();
        owner.destroyForcibly().waitFor();
        child.onExit().get(60, TimeUnit.SECONDS);
        for (int i = 0; i < 200 && Files.exists(folder); i++) {
            Thread.sleep(Duration.ofMillis(50));
        }
        assertThat(folder).doesNotExist();
    }

    /** Makes a process and a folder, says so, and waits to be killed. */
    static final class Owner {
        public static void main(String[] args) throws Exception {
            Janitor janitor = new Janitor();
            janitor.folder(Path.of(args[0]));
            Process child = sleeper("sleep 300");
            janitor.process(child);
            System.out.println(child.pid());
            Thread.sleep(Duration.ofMinutes(5));
        }
    }

    private static Process sleeper(String script) throws IOException {
        return new ProcessBuilder("sh", "-c", script.startsWith("sleep") ? "exec " + script : script).start();
    }
}
