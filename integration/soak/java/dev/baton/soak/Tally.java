package dev.baton.soak;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How many requests of each scenario ended in which way. Any thread. */
final class Tally {
    private static final Outcome[] OUTCOMES = Outcome.values();

    private record Cell(String scenario, Outcome outcome) {}

    private final Map<Cell, LongAdder> counts = new ConcurrentHashMap<>();

    void count(Scenario scenario, Outcome outcome) {
        counts.computeIfAbsent(new Cell(scenario.title(), outcome), unused -> new LongAdder())
                .increment();
    }

    private long of(Scenario scenario, Outcome outcome) {
        LongAdder count = counts.get(new Cell(scenario.title(), outcome));
        return count == null ? 0 : count.sum();
    }

    long total() {
        return counts.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** One line for each outcome that its scenario does not allow. */
    List<String> wrong() {
        List<String> wrong = new ArrayList<>();
        for (Scenario scenario : Scenarios.ALL) {
            for (Outcome outcome : OUTCOMES) {
                long count = of(scenario, outcome);
                if (count > 0 && !scenario.allows(outcome)) {
                    wrong.add(count + " of '" + scenario.title() + "' ended as '" + outcome.heading() + "'");
                }
            }
        }
        return wrong;
    }

    /** @param brief the sum alone */
    void print(PrintStream out, boolean brief) {
        StringBuilder head = new StringBuilder("| requests | all |");
        StringBuilder rule = new StringBuilder("|---|---:|");
        for (Outcome outcome : OUTCOMES) {
            head.append(' ').append(outcome.heading()).append(" |");
            rule.append("---:|");
        }
        out.println(head);
        out.println(rule);
        for (Scenario scenario : brief ? List.<Scenario>of() : Scenarios.ALL) {
            row(out, scenario.title(), List.of(scenario));
        }
        row(out, "**all**", Scenarios.ALL);
    }

    private void row(PrintStream out, String title, List<Scenario> scenarios) {
        StringBuilder cells = new StringBuilder();
        long all = 0;
        for (Outcome outcome : OUTCOMES) {
            long count = scenarios.stream().mapToLong(each -> of(each, outcome)).sum();
            all += count;
            cells.append(' ').append(count == 0 ? "" : grouped(count)).append(" |");
        }
        out.println("| " + title + " | " + grouped(all) + " |" + cells);
    }

    static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
