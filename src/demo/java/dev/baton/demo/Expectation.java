package dev.baton.demo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * That a step must take a certain path: for machines known to offer it, where a fallback is a fault.
 *
 * @param step its number
 * @param path as the table shows it
 */
record Expectation(int step, String path) {
    /** Of {@code 2=splice}; null if the text is none. */
    @Nullable
    static Expectation parse(String text) {
        int at = text.indexOf('=');
        if (at != 1 || text.charAt(0) < '1' || text.charAt(0) > '0' + Steps.COUNT || text.length() == 2) {
            return null;
        }
        return new Expectation(text.charAt(0) - '0', text.substring(at + 1));
    }

    @Override
    public String toString() {
        return step + "=" + path;
    }

    /** The same rows; where no row of the step took the path, its largest counts as failed. */
    List<Step> judge(List<Step> rows) {
        List<Step> own = rows.stream().filter(row -> row.number() == step).toList();
        if (own.isEmpty() || own.stream().anyMatch(row -> row.path().equals(path))) {
            return rows;
        }
        Step largest = own.stream().max(Comparator.comparingLong(Step::bytes)).orElseThrow();
        String paths = own.stream().map(Step::path).distinct().collect(Collectors.joining(", "));
        List<Step> judged = new ArrayList<>(rows);
        if (largest.ok()) {
            judged.set(rows.indexOf(largest), largest.failed("it took the path " + paths + ", not " + path));
        }
        return judged;
    }
}
