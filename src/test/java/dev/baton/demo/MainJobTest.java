package dev.baton.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole job over loopback, with real sidecar, function and driver processes. */
class MainJobTest {
    @TempDir
    Path temp;

    @ParameterizedTest
    @ValueSource(ints = {1, 3_000_001})
    void everyStepPassesTheFileAndNothingStays(int size) throws Exception {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        Path file = Files.write(temp.resolve("a file"), bytes);
        Result result = run(file);
        assertThat(result.errors).isEmpty();
        assertThat(result.code).isZero();
        assertThat(result.output).contains("\"ok\": true").contains("\"bytes\": " + size);
        assertThat(Pattern.compile("\"step\": ").matcher(result.output).results())
                .hasSize(13);
        assertThat(temp.resolve("tmp")).isEmptyDirectory();
    }

    @Test
    void aSidecarThatCannotStartIsOneFailureWithItsLastWords() throws Exception {
        Path file = Files.writeString(temp.resolve("file"), "x");
        Result result = run(file, List.of("sh", "-c", "echo what went wrong; exit 3"));
        assertThat(result.code).isEqualTo(1);
        assertThat(result.output).isEmpty();
        assertThat(result.errors).contains("sidecar ended with exit code 3", "what went wrong");
        assertThat(temp.resolve("tmp")).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-such-file", "."})
    void whatIsNoFileIsSaidInOneLine(String name) throws Exception {
        Result result = run(temp.resolve(name));
        assertThat(result.code).isEqualTo(2);
        assertThat(result.output).isEmpty();
        assertThat(result.errors.lines()).singleElement().asString().contains("file: " + temp.resolve(name));
    }

    private record Result(int code, String output, String errors) {}

    private Result run(Path file) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return run(
                file,
                List.of(
                        java,
                        "-XX:+UseSerialGC",
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-UsePerfData",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.baton.Main"));
    }

    private Result run(Path file, List<String> sidecar) throws Exception {
        Path tmp = Files.createDirectory(temp.resolve("tmp"));
        Path output = temp.resolve("output");
        Path errors = temp.resolve("errors");
        List<String> command = new ArrayList<>(Workload.javaCommand(MainJob.class));
        command.add(1, "-Djava.io.tmpdir=" + tmp);
        Stream.concat(Stream.of("--json", "--folder=" + temp), sidecar.stream().map(word -> "--sidecar=" + word))
                .forEach(command::add);
        command.addAll(List.of("--", file.toString()));
        Process job = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            assertThat(job.waitFor(280, TimeUnit.SECONDS)).as("ended in time").isTrue();
        } finally {
            job.destroy();
        }
        return new Result(job.exitValue(), Files.readString(output), Files.readString(errors));
    }
}
