package dev.baton.config;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this sidecar is built from, as the build has written it beside the jar. */
public final class Build {
    /** For a build without a repository, and for classes that lie in no jar. Knative's word. */
    public static final String UNKNOWN = "unknown";

    private static final String FILE = "build.properties";
    private static final String KEY = "\ncommit=";
    private static final int DIGITS = 7;

    private Build() {}

    /** Where the build has written it; there is no such file beside classes that lie in no jar. Any thread. */
    public static Path file() {
        String classPath = System.getProperty("java.class.path", "");
        int end = classPath.indexOf(File.pathSeparatorChar);
        return Path.of(end < 0 ? classPath : classPath.substring(0, end)).resolveSibling(FILE);
    }

    /** The commit's first seven digits, or {@link #UNKNOWN}. Any thread that may read a file of a few lines. */
    public static String commit() {
        return commit(file());
    }

    /** Read by hand: the start needs no parser for one line. */
    static String commit(Path properties) {
        String text;
        try {
            text = "\n" + Files.readString(properties);
        } catch (IOException e) {
            return UNKNOWN; // started from class files, as by a test
        }
        int from = text.indexOf(KEY) + KEY.length();
        if (from < KEY.length() || from + DIGITS > text.length()) {
            return UNKNOWN;
        }
        String commit = text.substring(from, from + DIGITS);
        for (int i = 0; i < DIGITS; i++) {
            if (Character.digit(commit.charAt(i), 16) < 0) {
                return UNKNOWN;
            }
        }
        return commit;
    }
}
