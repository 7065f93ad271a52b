package dev.baton.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A table of the README that is made from the code, between two comments that bear its name. */
final class ReadmeTable {
    private static final Path README = Path.of("README.md");

    private ReadmeTable() {}

    /** Asserts that it stands there so; {@code -Dbaton.readme=write} writes it there instead. */
    static void holds(String name, String table) throws IOException {
        String opening = "<!-- " + name + " -->\n";
        String readme = Files.readString(README);
        int begin = readme.indexOf(opening) + opening.length();
        int end = readme.indexOf("<!-- /" + name + " -->");
        assertThat(end).as("markers in README.md").isGreaterThanOrEqualTo(begin);
        if ("write".equals(System.getProperty("baton.readme"))) {
            Files.writeString(README, readme.substring(0, begin) + table + readme.substring(end));
            return;
        }
        assertThat(readme.substring(begin, end))
                .as("run the test with -Dbaton.readme=write to bring README.md up to date")
                .isEqualTo(table);
    }
}
