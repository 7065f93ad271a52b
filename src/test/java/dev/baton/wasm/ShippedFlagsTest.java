package dev.baton.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sidecar's JVM is small: default stacks of 256 KiB, 32 MiB of heap, the first compiler alone. Functions run in it all the same. */
class ShippedFlagsTest {
    /** Runs in a JVM of its own. */
    static final class Child {
        private Child() {}

        /** Loads the samples and calls one of them, and one that goes too deep. */
        public static void main(String[] args) throws Exception {
            try (FunctionHost host = Guests.host(Guests.limits())) {
                host.load(Path.of(args[0]));
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(200);
                while (!host.ready() && System.nanoTime() < end) {
                    Thread.sleep(10);
                }
                System.out.println(host.functions());
                System.out.println(new String(
                        Guests.call(host, "upper", "hello".getBytes(StandardCharsets.US_ASCII)),
                        StandardCharsets.US_ASCII));
                try {
                    Guests.call(host, "endless", new byte[] {'h'});
                } catch (GuestException e) {
                    System.out.println(e.getMessage());
                }
            }
        }
    }

    @Test
    void theHostRunsInASidecarsJvm(@TempDir Path folder) throws Exception {
        Files.write(folder.resolve("upper.wasm"), Guests.sample("upper"));
        Files.write(folder.resolve("relay.wasm"), Guests.sample("relay"));
        Files.write(folder.resolve("endless.wasm"), Guests.hostile("endless"));
        Process child = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xss256k",
                        "-Xmx32m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:ReservedCodeCacheSize=24m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        folder.toString()))
                .redirectErrorStream(true)
                .start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(100, TimeUnit.SECONDS)).isTrue();
        assertThat(said)
                .contains("name=endless, state=READY")
                .contains("name=relay, state=READY")
                .contains("name=upper, state=READY")
                .contains("HELLO")
                .contains("call stack exhausted");
        assertThat(child.exitValue()).as(said).isZero();
    }
}
