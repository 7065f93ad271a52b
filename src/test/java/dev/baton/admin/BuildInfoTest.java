package dev.baton.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.info.Info;

class BuildInfoTest {
    @TempDir
    Path folder;

    private Map<String, Object> told() {
        Info.Builder builder = new Info.Builder();
        new BuildInfo(folder.resolve("build.properties")).contribute(builder);
        return builder.build().getDetails();
    }

    @Test
    void tellsWhatTheBuildHasLaidBesideTheJar() throws IOException {
        Files.writeString(folder.resolve("build.properties"), "version=1.2.3\ncommit=abc\n");
        assertThat(told()).containsEntry("build", Map.of("version", "1.2.3", "commit", "abc"));
    }

    @Test
    void tellsTheJdkAloneWithoutIt() {
        assertThat(told()).containsOnlyKeys("java");
        assertThat(told().get("java"))
                .isEqualTo(
                        Map.of("version", Runtime.version().toString(), "vendor", System.getProperty("java.vendor")));
    }

    @Test
    void aBrokenFileIsToldAndBreaksNothing() throws IOException {
        Files.writeString(folder.resolve("build.properties"), "version=\\u00zz\n");
        assertThat(told()).containsEntry("build", Map.of("error", "build.properties is not readable"));
    }
}
