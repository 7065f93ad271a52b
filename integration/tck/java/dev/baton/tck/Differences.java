package dev.baton.tck;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The differences that are meant, from {@code differences.txt}: a line each, {@code kind | case or prefix* | reason},
 * where kind is {@code version} (a newer Knative answers as Baton does) or {@code improvement} (Baton is deliberately
 * better). A line that explains nothing any more fails the run, so that the lists stay true.
 */
record Differences(Map<String, Reason> byCase) {
    record Reason(String kind, String text) {}

    static Differences read() throws IOException {
        Map<String, Reason> reasons = new LinkedHashMap<>();
        try (InputStream in = Objects.requireNonNull(
                Differences.class.getResourceAsStream("differences.txt"), "differences.txt is not on the class path")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (String line : text.split("\n", -1)) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    String[] parts = line.split("\\|", 3);
                    reasons.put(parts[1].strip(), new Reason(parts[0].strip(), parts[2].strip()));
                }
            }
        }
        return new Differences(reasons);
    }

    /** The key of the line that explains a difference in this case, or the empty word. */
    String explaining(String id) {
        for (String key : byCase.keySet()) {
            if (key.endsWith("*") ? id.startsWith(key.substring(0, key.length() - 1)) : id.equals(key)) {
                return key;
            }
        }
        return "";
    }
}
