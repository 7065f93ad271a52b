package dev.baton.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
    @Test
    void withoutArgumentsTheStandardFileGoesOverLoopback() throws Exception {
        Options options = Options.parse(List.of("--folder=/dist", "--sidecar=java", "--sidecar=@x"));
        assertThat(options)
                .isEqualTo(new Options(
                        false,
                        false,
                        false,
                        false,
                        false,
                        null,
                        List.of("java", "@x"),
                        List.of("java", "@x"),
                        Path.of("/dist"),
                        Path.of("src/main/guest/wasm").toAbsolutePath(),
                        List.of(),
                        List.of()));
    }

    @Test
    void optionsAndFileComeInAnyOrder() throws Exception {
        Options options = Options.parse(List.of("--json", "a file", "--folder=/dist", "--serve", "--netns"));
        assertThat(options.json()).isTrue();
        assertThat(options.serve()).isTrue();
        assertThat(options.netns()).isTrue();
        assertThat(options.file()).isEqualTo(Path.of("a file"));
    }

    @Test
    void twoDashesEndTheOptions() throws Exception {
        assertThat(Options.parse(List.of("--", "--json")).file()).isEqualTo(Path.of("--json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--nets", "-x", "--", "--folder", "--expect=2", "--expect=8=splice"})
    void whatIsNoOptionIsRefused(String argument) {
        List<String> args = argument.equals("--") ? List.of("--", "a", "b") : List.of(argument);
        assertThatThrownBy(() -> Options.parse(args)).isInstanceOf(Options.UsageException.class);
    }

    @Test
    void oneFormatAtATime() {
        assertThatThrownBy(() -> Options.parse(List.of("--json", "--markdown")))
                .isInstanceOf(Options.UsageException.class)
                .hasMessageContaining("not both");
    }

    @Test
    void theRunInsideOfNamespacesIsTheSameRun() throws Exception {
        Options options = Options.parse(List.of(
                "--netns",
                "--serve",
                "--json",
                "--terminal",
                "--folder=/dist",
                "--modules=/modules",
                "--sidecar=--java",
                "--wasm-sidecar=@wasm",
                "--expect=2=splice",
                "--expect=3=copy"));
        List<String> names = List.of("node", "a", "b", "c");
        Options again = Options.parse(options.again(names, Path.of("-odd name")));
        assertThat(again)
                .isEqualTo(new Options(
                        true,
                        true,
                        false,
                        true,
                        true,
                        Path.of("-odd name"),
                        List.of("--java"),
                        List.of("@wasm"),
                        Path.of("/dist"),
                        Path.of("/modules"),
                        List.of(new Expectation(2, "splice"), new Expectation(3, "copy")),
                        names));
    }
}
