package dev.baton;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules about the text of the sources, which no class file shows. */
class SourceTest {
    private static final int LINES_MAX = 600;

    @Test
    void noClassIsLongerThanAReaderCanHold() {
        assertThat(sources()).isNotEmpty().allSatisfy(file -> assertThat(
                        read(file).lines().count())
                .as("lines of %s", file)
                .isLessThanOrEqualTo(LINES_MAX));
    }

    @Test
    void everyPackageOfTheProductSaysWhatItIsFor() {
        assertThat(packagesOfTheProduct()).isNotEmpty().allSatisfy(folder -> assertThat(
                        folder.resolve("package-info.java"))
                .exists()
                .content()
                .startsWith("/**")
                .contains("@NullMarked"));
    }

    /** Heap and compiler are what the profile for Wasm is there for; everything else must not drift apart. */
    @Test
    void theTwoProfilesOfTheJvmDifferInHeapAndCompilerOnly() {
        List<String> plain = options("jvm.options");
        List<String> wasm = options("wasm.options");
        assertThat(plain.stream().filter(option -> !wasm.contains(option)))
                .filteredOn(option -> !option.startsWith("-XX:Tier"))
                .containsExactly(
                        "-Xms32m",
                        "-Xmx128m",
                        "-XX:NewSize=4m",
                        "-XX:MaxNewSize=8m",
                        "-XX:NewRatio=2",
                        "-XX:SurvivorRatio=4",
                        "-XX:ReservedCodeCacheSize=40m");
        assertThat(wasm.stream().filter(option -> !plain.contains(option)))
                .containsExactly("-Xmx256m", "-XX:-DontCompileHugeMethods");
    }

    private static List<String> options(String file) {
        return read(Path.of("src/main/dist", file))
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    private static List<Path> sources() {
        return walk(Path.of("src"))
                .filter(path -> path.toString().endsWith(".java"))
                .toList();
    }

    private static List<Path> packagesOfTheProduct() {
        return walk(Path.of("src/main/java"))
                .filter(path -> path.toString().endsWith(".java"))
                .map(Path::getParent)
                .distinct()
                .toList();
    }

    private static Stream<Path> walk(Path root) {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
