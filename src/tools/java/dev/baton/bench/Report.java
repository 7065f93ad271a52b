package dev.baton.bench;

import dev.baton.tools.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** The table and the plots of a run. */
record Report(Results results, List<Job> jobs, List<Contender> contenders, int rounds) {
    /** A table with a line for each job and figure; ratios are of medians, to the Go queue-proxy. */
    String markdown() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%d rounds, interleaved; median [min-max]; proxy pinned to one processor, load and user's program to another;"
                        + " %s, Linux %s, JDK %s%n%n",
                rounds,
                processor(),
                System.getProperty("os.version"),
                Runtime.version()));
        text.append("| work | figure |");
        contenders.forEach(
                contender -> text.append(' ').append(contender.title()).append(" |"));
        text.append(" ratio to Go | goal |\n|---|---|")
                .append("---:|".repeat(contenders.size() + 2))
                .append('\n');
        for (Job job : jobs) {
            for (Figure figure : Figure.values()) {
                line(job, figure, text);
            }
        }
        return text.toString();
    }

    private void line(Job job, Figure figure, StringBuilder text) {
        if (contenders.stream().allMatch(contender -> results.spread(job, contender, figure) == null)) {
            return;
        }
        text.append("| ").append(job.title()).append(" | ").append(figure.unit).append(" |");
        for (Contender contender : contenders) {
            Spread spread = results.spread(job, contender, figure);
            text.append(' ').append(spread == null ? "-" : spread).append(" |");
        }
        double ratio = ratio(job, figure);
        text.append(Double.isNaN(ratio) ? " - |" : String.format(Locale.ROOT, " %.2f |", ratio));
        Double goal = job.goals().get(figure);
        text.append(
                        goal == null
                                ? "  |"
                                : String.format(Locale.ROOT, " ≤ %.2f%s |", goal, ratio > goal ? " missed" : ""))
                .append('\n');
    }

    private double ratio(Job job, Figure figure) {
        for (Contender contender : contenders) {
            if (contender instanceof Contender.Knative) {
                return results.ratio(job, contenders.getFirst(), contender, figure);
            }
        }
        return Double.NaN;
    }

    /** One bar chart for each figure that goals speak of. Overwrites. */
    void plots(Path folder) throws IOException {
        for (Figure figure : Figure.values()) {
            List<BarChart.Group> groups = new ArrayList<>();
            for (Job job : jobs) {
                List<BarChart.Bar> bars = new ArrayList<>();
                for (Contender contender : contenders) {
                    Spread spread = results.spread(job, contender, figure);
                    if (spread != null) {
                        bars.add(new BarChart.Bar(contender.title(), spread));
                    }
                }
                if (job.plotted() == figure && !bars.isEmpty()) {
                    groups.add(new BarChart.Group(job.title(), bars));
                }
            }
            if (!groups.isEmpty()) {
                String name = "proxy-" + figure.name().toLowerCase(Locale.ROOT) + ".svg";
                Files.writeString(folder.resolve(name), new BarChart(figure.unit, groups).svg());
            }
        }
    }

    private static String processor() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(Objects.toString(System.getProperty("os.arch")));
        } catch (IOException e) {
            return Objects.toString(System.getProperty("os.arch"));
        }
    }
}
