package dev.baton.admin;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;

/**
 * Says in {@code /actuator/info} what runs here: version and commit, from a file that the build lays beside the jar, and the JDK. The file
 * is not in the jar, because a jar that is the same keeps its AOT cache. Read at each question, never at the start. Any thread that may
 * wait for a file.
 */
final class BuildInfo implements InfoContributor {
    private final Path file;

    /** @param file need not be there */
    BuildInfo(Path file) {
        this.file = file;
    }

    @Override
    public void contribute(Info.Builder builder) {
        Map<String, String> build = build();
        if (!build.isEmpty()) {
            builder.withDetail("build", build);
        }
        builder.withDetail(
                "java",
                Map.of(
                        "version", Runtime.version().toString(),
                        "vendor", System.getProperty("java.vendor", "")));
    }

    private Map<String, String> build() {
        Map<String, String> found = new TreeMap<>();
        try (Reader reader = Files.newBufferedReader(file)) {
            Properties properties = new Properties();
            properties.load(reader);
            properties.stringPropertyNames().forEach(name -> found.put(name, properties.getProperty(name)));
        } catch (NoSuchFileException notLaidOut) {
            // Started from class files, as by a test.
        } catch (IOException | IllegalArgumentException unreadable) {
            found.put("error", file.getFileName() + " is not readable");
        }
        return found;
    }
}
