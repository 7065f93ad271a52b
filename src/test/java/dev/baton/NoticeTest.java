package dev.baton;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** NOTICE names every library that ships, at the version that ships. */
class NoticeTest {
    /** On the class path of the tests alone. */
    private static final List<String> TESTS_ONLY = List.of(
            "junit-",
            "opentest4j",
            "apiguardian",
            "assertj-",
            "byte-buddy",
            "jqwik",
            "archunit",
            "wiremock-",
            "jazzer-",
            "reactor-test",
            "surefire-",
            // What gRPC's client and server bring along for the tests.
            "grpc-",
            "gson-",
            "annotations-4",
            "guava-",
            "failureaccess-",
            "listenablefuture-",
            "j2objc-annotations-",
            "error_prone_annotations-",
            "animal-sniffer-annotations-",
            "perfmark-api-",
            "jsr305-",
            // What a collector in the tests reads OTLP with.
            "opentelemetry-proto-",
            "protobuf-java-");

    private static final Pattern JAR = Pattern.compile("(?<name>.+?)-(?<version>\\d[^-]*)(-linux-.*)?\\.jar");

    @Test
    void everyLibraryThatShipsIsNamedWithItsVersion() throws IOException {
        List<String> entries = entries();
        List<String> missing = shippedJars()
                .filter(jar -> entries.stream().noneMatch(entry -> names(entry, jar)))
                .toList();

        assertThat(missing).isEmpty();
        assertThat(shippedJars()).hasSizeGreaterThan(30);
    }

    /** The list of libraries, one string for each of its indented entries with the lines that continue it. */
    private static List<String> entries() throws IOException {
        return List.of(Files.readString(Path.of("NOTICE")).split("\n {2}(?=\\S)"));
    }

    private static Stream<String> shippedJars() {
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Stream.of(path.split(File.pathSeparator))
                .map(entry -> Path.of(entry).getFileName().toString())
                .filter(name -> name.endsWith(".jar") && TESTS_ONLY.stream().noneMatch(name::startsWith));
    }

    /** An entry says "netty-buffer, -common 4.2": a whole name, or its end after the beginning that the first one gave. */
    private static boolean names(String entry, String jar) {
        Matcher matcher = JAR.matcher(jar);
        if (!matcher.matches() || !entry.contains(" " + matcher.group("version"))) {
            return false;
        }
        String name = matcher.group("name");
        if (hasWord(entry, name)) {
            return true;
        }
        for (int dash = name.indexOf('-'); dash > 0; dash = name.indexOf('-', dash + 1)) {
            if (entry.startsWith(name.substring(0, dash)) && hasWord(entry, name.substring(dash))) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasWord(String entry, String word) {
        return Pattern.compile("(?<![\\w-])" + Pattern.quote(word) + "(?![\\w-])")
                .matcher(entry)
                .find();
    }
}
