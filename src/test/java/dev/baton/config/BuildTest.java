package dev.baton.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuildTest {
    @ParameterizedTest
    @CsvSource({
        "'version=1\ncommit=0b1624f9e2c4d8a7b6f5e4d3c2b1a09876543210\n',0b1624f",
        "'commit=0b1624f',0b1624f",
        "'version=1\ncommit=unknown\n',unknown",
        "'version=commit=0b1624f\n',unknown",
        "'commit=0b162\n',unknown",
        "'commit=',unknown",
        "'',unknown",
    })
    void theFileBesideTheJarNamesTheCommit(String text, String commit, @TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("build.properties"), text.replace("\\n", "\n"));
        assertThat(Build.commit(file)).isEqualTo(commit);
    }

    @Test
    void classesThatLieInNoJarAreOfAnUnknownCommit(@TempDir Path folder) {
        assertThat(Build.commit(folder.resolve("build.properties"))).isEqualTo(Build.UNKNOWN);
        assertThat(Build.commit()).isEqualTo(Build.UNKNOWN);
    }
}
