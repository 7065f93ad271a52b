package dev.baton.tck;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The outcome of a comparison: how many cases agree, which differ for a stated reason, which differ without one. */
record Verdict(int cases, Map<String, Differences.Reason> explained, List<String> unexplained, Set<String> unused) {

    static Verdict of(Map<String, List<String>> expected, Map<String, List<String>> actual, Differences differences) {
        Map<String, Differences.Reason> explained = new LinkedHashMap<>();
        List<String> unexplained = new ArrayList<>();
        Set<String> unused = new LinkedHashSet<>(differences.byCase().keySet());
        expected.forEach((id, answer) -> {
            List<String> other = actual.getOrDefault(id, List.of("[not asked]"));
            if (answer.equals(other)) {
                return;
            }
            String key = differences.explaining(id);
            Differences.Reason reason = differences.byCase().get(key);
            unused.remove(key);
            if (reason == null) {
                unexplained.add(id + "\n    reference: " + String.join("\n               ", cut(answer))
                        + "\n    candidate: " + String.join("\n               ", cut(other)));
            } else {
                explained.put(id, reason);
            }
        });
        return new Verdict(expected.size(), explained, unexplained, unused);
    }

    private static List<String> cut(List<String> lines) {
        return lines.stream()
                .limit(14)
                .map(line -> line.length() > 200 ? line.substring(0, 200) + "..." : line)
                .toList();
    }

    /** Prints the outcome; true if nothing is unexplained. Unused explanations count only in a full run. */
    boolean print(PrintStream out, boolean fullRun) {
        unexplained.forEach(each -> out.println("DIFFERS " + each));
        explained.forEach((id, reason) -> out.println(reason.kind() + "  " + id + "  " + reason.text()));
        if (fullRun) {
            unused.forEach(key -> out.println("EXPLAINS NOTHING  " + key));
        }
        long versions = explained.values().stream()
                .filter(reason -> reason.kind().equals("version"))
                .count();
        out.printf(
                "%d cases: %d agree, %d differ by version, %d by improvement, %d unexplained%n",
                cases,
                cases - explained.size() - unexplained.size(),
                versions,
                explained.size() - versions,
                unexplained.size());
        return unexplained.isEmpty() && (!fullRun || unused.isEmpty());
    }
}
