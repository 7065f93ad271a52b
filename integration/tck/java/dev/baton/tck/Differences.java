package dev.baton.tck;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The differences that are meant, in two lists. {@code version-differences.txt}: {@code case | reason}, where a newer Knative
 * than the reference answers as the candidate does. {@code improvements.txt}: {@code case | switch | reason}, where the
 * candidate is deliberately better; the switch, {@code VARIABLE=value}, brings the reference's answer back, which the run
 * verifies. A line that explains nothing any more fails the run, so that the lists stay true; so does one without a switch, and
 * one improvement too many: a candidate that is better in everything is another program.
 */
record Differences(Map<String, Reason> byCase) {
    private static final int MOST_IMPROVEMENTS = 15;
    private static final String WORDS = "BATON_IMITATE=";

    Differences {
        Set<String> improvements = new TreeSet<>();
        for (Reason reason : byCase.values()) {
            if (reason.improvement()) {
                improvements.addAll(reason.names());
            }
        }
        if (improvements.size() > MOST_IMPROVEMENTS) {
            throw new IllegalArgumentException(improvements.size() + " deliberate improvements, " + MOST_IMPROVEMENTS
                    + " may be: " + improvements);
        }
    }

    /** @param restore what makes the candidate answer as the reference does; empty for a difference of versions */
    record Reason(String restore, String text) {
        boolean improvement() {
            return !restore.isEmpty();
        }

        /** What the improvements are called: a variable whose values are limits counts once, one whose values are words by each word. */
        List<String> names() {
            return restore.startsWith(WORDS)
                    ? List.of(restore.substring(WORDS.length()).split(","))
                    : List.of(restore.substring(0, restore.indexOf('=')));
        }

        /** The variable and value to set for the proof. */
        Map<String, String> environment() {
            int equals = restore.indexOf('=');
            return Map.of(restore.substring(0, equals), restore.substring(equals + 1));
        }
    }

    static Differences read() throws IOException {
        Map<String, Reason> reasons = new LinkedHashMap<>();
        for (String line : lines("version-differences.txt")) {
            String[] parts = line.split("\\|", 2);
            reasons.put(parts[0].strip(), new Reason("", parts[1].strip()));
        }
        for (String line : lines("improvements.txt")) {
            String[] parts = line.split("\\|", 3);
            if (parts.length < 3 || parts[1].indexOf('=') < 1) {
                throw new IOException("an improvement without a switch: " + parts[0]);
            }
            if (reasons.put(parts[0].strip(), new Reason(parts[1].strip(), parts[2].strip())) != null) {
                throw new IOException("in both lists, or twice: " + parts[0]);
            }
        }
        return new Differences(reasons);
    }

    private static List<String> lines(String file) throws IOException {
        return Recording.text(file)
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }
}
