package dev.baton.tck;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The outcome of a comparison: how many cases agree, which differ for a stated reason, which differ without one.
 *
 * @param unused explanations of differences that there are not
 * @param unrestored improvements whose switch does not bring the reference's answer back
 */
record Verdict(
        int cases,
        Map<String, Differences.Reason> explained,
        List<String> unexplained,
        Set<String> unused,
        List<String> unrestored) {

    static Verdict of(Map<String, List<String>> expected, Map<String, List<String>> actual, Differences differences) {
        Map<String, Differences.Reason> explained = new LinkedHashMap<>();
        List<String> unexplained = new ArrayList<>();
        Set<String> unused = new LinkedHashSet<>(differences.byCase().keySet());
        expected.forEach((id, answer) -> {
            List<String> other = actual.getOrDefault(id, List.of("[not asked]"));
            if (answer.equals(other)) {
                return;
            }
            Differences.Reason reason = differences.byCase().get(id);
            if (reason == null) {
                unexplained.add(id + apart(answer, other));
            } else {
                unused.remove(id);
                explained.put(id, reason);
            }
        });
        actual.keySet().stream()
                .filter(id -> !expected.containsKey(id))
                .forEach(id -> unexplained.add(id + "\n    there is no answer to compare with"));
        return new Verdict(actual.size(), explained, unexplained, unused, new ArrayList<>());
    }

    private static String apart(List<String> answer, List<String> other) {
        return "\n    reference: " + String.join("\n               ", cut(answer)) + "\n    candidate: "
                + String.join("\n               ", cut(other));
    }

    private static List<String> cut(List<String> lines) {
        return lines.stream()
                .limit(24)
                .map(line -> line.length() > 200 ? line.substring(0, 200) + "..." : line)
                .toList();
    }

    /** Notes what the candidate said with the switch set. */
    void restored(String id, List<String> expected, List<String> actual) {
        if (!expected.equals(actual)) {
            unrestored.add(
                    id + " by " + Objects.requireNonNull(explained.get(id)).restore() + apart(expected, actual));
        }
    }

    /** Prints the outcome; true if nothing is unexplained. Unused explanations count only in a full run. */
    boolean print(PrintStream out, boolean fullRun, long seconds) {
        explained.forEach((id, reason) ->
                out.println((reason.improvement() ? "improvement  " : "version  ") + id + "  (" + reason.text() + ")"));
        unexplained.forEach(each -> out.println("DIFFERS " + each));
        unrestored.forEach(each -> out.println("NOT RESTORED " + each));
        if (fullRun) {
            unused.forEach(key -> out.println("DIFFERS NO LONGER  " + key));
        }
        long improvements = explained.values().stream()
                .filter(Differences.Reason::improvement)
                .count();
        long switches = explained.values().stream()
                .filter(Differences.Reason::improvement)
                .flatMap(reason -> reason.names().stream())
                .distinct()
                .count();
        out.printf(
                "%d cases in %d s: %d equal, %d version differences, %d deliberate improvements behind %d switches,"
                        + " %d unexplained%n",
                cases,
                seconds,
                cases - explained.size() - unexplained.size(),
                explained.size() - improvements,
                improvements,
                switches,
                unexplained.size());
        return unexplained.isEmpty() && unrestored.isEmpty() && (!fullRun || unused.isEmpty());
    }
}
