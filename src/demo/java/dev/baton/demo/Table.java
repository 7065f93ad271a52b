package dev.baton.demo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A table of text, aligned for a terminal or as Markdown. */
final class Table {
    private final List<String> heads;
    private final List<Boolean> right;
    private final List<List<String>> rows = new ArrayList<>();

    /** @param heads the columns; one that begins with {@code >} is aligned to the right */
    Table(String... heads) {
        this.heads = Arrays.stream(heads)
                .map(head -> head.startsWith(">") ? head.substring(1) : head)
                .toList();
        this.right = Arrays.stream(heads).map(head -> head.startsWith(">")).toList();
    }

    /** @throws IllegalArgumentException if a cell is missing or left over */
    void add(String... cells) {
        if (cells.length != heads.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + heads.size() + " columns");
        }
        rows.add(List.of(cells));
    }

    /** Columns two blanks apart, no blank at a line's end. */
    String text() {
        int[] widths = widths();
        StringBuilder text = new StringBuilder();
        line(text, heads, widths);
        rows.forEach(row -> line(text, row, widths));
        return text.toString();
    }

    String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("| ").append(String.join(" | ", heads)).append(" |\n|");
        right.forEach(r -> text.append(r ? "---:|" : "---|"));
        text.append("\n");
        rows.forEach(row -> text.append("| ").append(String.join(" | ", row)).append(" |\n"));
        return text.toString();
    }

    private void line(StringBuilder text, List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String blanks = " ".repeat(widths[i] - cells.get(i).length());
            line.append(i == 0 ? "" : "  ").append(right.get(i) ? blanks + cells.get(i) : cells.get(i) + blanks);
        }
        text.append(line.toString().stripTrailing()).append("\n");
    }

    private int[] widths() {
        int[] widths = heads.stream().mapToInt(String::length).toArray();
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return widths;
    }
}
