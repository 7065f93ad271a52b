package dev.baton.tck;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Answers on paper: a line {@code = case} and its lines, each behind two spaces. {@code transcripts.txt} is written by hand
 * from what has been observed of versions newer than the reference; {@code recorded.txt} by a run, so that the reference need
 * not be built each time.
 */
final class Recording {
    static final String TRANSCRIPTS = "transcripts.txt";
    static final String RECORDED = "recorded.txt";

    private Recording() {}

    static String text(String file) throws IOException {
        try (InputStream in = Recording.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IOException(file + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static Map<String, List<String>> read(String file) throws IOException {
        return parse(text(file));
    }

    static Map<String, List<String>> read(Path file) throws IOException {
        return parse(Files.readString(file));
    }

    private static Map<String, List<String>> parse(String text) {
        Map<String, List<String>> answers = new LinkedHashMap<>();
        List<String> current = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            if (line.startsWith("= ")) {
                current = new ArrayList<>();
                answers.put(line.substring(2), current);
            } else if (line.startsWith("  ")) {
                current.add(line.substring(2));
            }
        }
        return answers;
    }

    /** Characters that a text file would not keep are written as escapes, in both recordings and live answers. */
    static String plain(String line) {
        StringBuilder plain = new StringBuilder(line.length());
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c < ' ' || c == 0x7f) {
                plain.append("\\x").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }

    static void write(Path file, Map<String, List<String>> answers) throws IOException {
        StringBuilder text =
                new StringBuilder("# Answers of Knative's queue-proxy v0.42.2, written by run --record.\n");
        answers.forEach((id, lines) -> {
            text.append("= ").append(id).append('\n');
            lines.forEach(line -> text.append("  ").append(line).append('\n'));
        });
        Files.writeString(file, text);
    }
}
