package dev.baton.bench;

import dev.baton.tools.Spread;
import java.util.List;
import java.util.Locale;

/**
 * Bars of one figure, a group for each job. Each group has a scale of its own, its longest bar: jobs differ by thousands, and what
 * counts is who is longer. A thin line spans minimum and maximum.
 */
record BarChart(String unit, List<Group> groups) {
    record Group(String title, List<Bar> bars) {}

    record Bar(String title, Spread value) {}

    private static final int WIDTH = 760;
    private static final int LEFT = 300;
    private static final int LONGEST = 300;
    private static final int ROW = 18;
    private static final int GAP = 14;
    private static final List<String> COLORS = List.of("#0b7a75", "#8a8f98", "#c9a227");

    /** A whole SVG document, readable on light and dark ground. */
    String svg() {
        StringBuilder body = new StringBuilder();
        int y = GAP;
        for (Group group : groups) {
            double longest = group.bars.stream()
                    .mapToDouble(bar -> bar.value.max())
                    .max()
                    .orElse(1);
            text(body, 8, y + 13, "start", group.title);
            for (int i = 0; i < group.bars.size(); i++, y += ROW) {
                bar(body, y, group.bars.get(i), COLORS.get(i % COLORS.size()), LONGEST / longest);
            }
            y += GAP;
        }
        return String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                                + " font-size=\"12\">%n<style>text{fill:#24292f}@media(prefers-color-scheme:dark)"
                                + "{text{fill:#e6edf3}}</style>%n",
                        WIDTH,
                        y)
                + body + "</svg>\n";
    }

    private void bar(StringBuilder body, int y, Bar bar, String color, double scale) {
        text(body, LEFT - 8, y + 13, "end", bar.title);
        body.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n"
                        + "<path d=\"M%.1f %dH%.1f\" stroke=\"#d1495b\"/>%n",
                LEFT,
                y + 2,
                bar.value.median() * scale,
                ROW - 4,
                color,
                LEFT + bar.value.min() * scale,
                y + ROW / 2,
                LEFT + bar.value.max() * scale));
        text(body, (int) (LEFT + bar.value.max() * scale) + 6, y + 13, "start", bar.value + " " + unit);
    }

    private static void text(StringBuilder body, int x, int y, String anchor, String text) {
        body.append(String.format(
                Locale.ROOT, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, text));
    }
}
