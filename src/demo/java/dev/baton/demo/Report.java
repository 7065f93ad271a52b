package dev.baton.demo;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A finished run, for people or for programs.
 *
 * @param network one line on where the pods were
 * @param machine one line on what it ran on
 * @param storeBytes the budget of each sidecar's object store
 * @param rounds how often all steps ran; the figures are the last round's
 * @param steps the last round's steps, and failed ones of earlier rounds
 */
record Report(Input input, String network, String machine, long storeBytes, int rounds, List<Step> steps) {
    private static final String TIMES =
            """
            Time: from the sender's first call to the receiver's last byte. Reading the file and hashing what arrives
            are part of it; "hashing" is the receivers' time in SHA-256 alone. A is the producer's sidecar, B the consumer's,
            C the one that runs functions in Wasm; their peak memory includes stored objects, linear memories, and the pages
            kept for the next ones.
            """;

    boolean ok() {
        return steps.stream().allMatch(Step::ok);
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append("input    ")
                .append(input.file())
                .append(", ")
                .append(count(input.bytes()))
                .append(" bytes\n");
        text.append("SHA-256  ").append(input.sha256()).append("\n");
        text.append("pods     ").append(network).append("\n");
        text.append("machine  ").append(machine).append("\n\n");
        text.append(table().text()).append("\n").append(remarks());
        notes("", text);
        failures(text);
        return text.toString();
    }

    String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("Input: `").append(input.file().getFileName()).append("`, ").append(count(input.bytes()));
        text.append(" bytes; pods: ")
                .append(network)
                .append("; machine: ")
                .append(machine)
                .append(".\n\n");
        text.append(table().markdown()).append("\n").append(remarks()).append("\n");
        notes("- ", text);
        failures(text);
        return text.toString();
    }

    String json() {
        return "{\n  \"ok\": " + ok()
                + ",\n  \"input\": {\"file\": " + quote(input.file().toString()) + ", \"bytes\": " + input.bytes()
                + ", \"sha256\": " + quote(input.sha256()) + "},\n  \"network\": " + quote(network)
                + ",\n  \"machine\": " + quote(machine) + ",\n  \"storeBytes\": " + storeBytes + ", \"rounds\": "
                + rounds
                + ",\n  \"steps\": [\n    "
                + steps.stream().map(Report::json).collect(Collectors.joining(",\n    ")) + "\n  ]\n}\n";
    }

    private String remarks() {
        return rounds == 1
                ? TIMES
                : TIMES + "Figures of round " + rounds + " of " + rounds
                        + "; earlier ones, in JVMs just started, were checked in the same way.\n";
    }

    private Table table() {
        Table table = new Table(
                "step",
                "",
                "path",
                ">bytes",
                ">time s",
                ">MB/s",
                ">hashing s",
                ">CPU s A + B + C",
                ">peak MB A, B, C",
                ">pull port",
                "SHA-256 there",
                "");
        int last = 0;
        for (Step step : steps) {
            String number = step.number() == last ? "" : Integer.toString(step.number());
            if (step.applies()) {
                table.add(cells(number, step));
            } else {
                table.add(number, step.name(), "not applicable", "-", "-", "-", "-", "-", "-", "-", "", "-");
            }
            last = step.number();
        }
        return table;
    }

    private static String[] cells(String number, Step step) {
        boolean moved = step.bytes() >= 0;
        return new String[] {
            number,
            step.name(),
            step.path(),
            moved ? count(step.bytes()) : "-",
            step.time().isZero() ? "-" : seconds("%.3f", step.time()),
            moved ? String.format(Locale.ROOT, "%.0f", step.megabytesPerSecond()) : "-",
            step.hashing().isZero() ? "-" : seconds("%.3f", step.hashing()),
            costs(step, " + ", cost -> seconds("%.2f", cost.cpu())),
            costs(step, ", ", cost -> Long.toString(cost.peakBytes() >> 20)),
            count(step.pulled()),
            step.sha256().stream()
                    .distinct()
                    .map(sha256 -> sha256.substring(0, 16))
                    .collect(Collectors.joining(" ")),
            step.ok() ? "ok" : "FAILED"
        };
    }

    private static String costs(Step step, String between, Function<Step.Cost, String> each) {
        return Arrays.stream(Role.values())
                .map(role -> each.apply(step.cost(role)))
                .collect(Collectors.joining(between));
    }

    private void notes(String bullet, StringBuilder text) {
        for (Step step : steps) {
            if (!step.note().isEmpty()) {
                text.append(bullet)
                        .append("Step ")
                        .append(step.number())
                        .append(", ")
                        .append(step.name());
                text.append(": ").append(step.note()).append(".\n");
            }
        }
    }

    private void failures(StringBuilder text) {
        for (Step step : steps) {
            if (step.failure() != null) {
                text.append("FAILED: step ").append(step.number()).append(", ").append(step.name());
                text.append(": ").append(step.failure()).append("\n");
            }
        }
    }

    private static String json(Step step) {
        String failure = step.failure();
        return "{\"step\": " + step.number()
                + ", \"name\": " + quote(step.name())
                + ", \"path\": " + quote(step.path())
                + ", \"ok\": " + step.ok()
                + ", \"applies\": " + step.applies()
                + ", \"bytes\": " + (step.bytes() < 0 ? "null" : step.bytes())
                + ", \"seconds\": " + seconds("%.6f", step.time())
                + ", \"megabytesPerSecond\": " + String.format(Locale.ROOT, "%.1f", step.megabytesPerSecond())
                + ", \"hashSeconds\": " + seconds("%.6f", step.hashing())
                + ", \"sha256\": "
                + step.sha256().stream().map(Report::quote).collect(Collectors.joining(", ", "[", "]"))
                + Arrays.stream(Role.values())
                        .map(role -> ",\n     " + quote(role.label()) + ": " + json(step.cost(role)))
                        .collect(Collectors.joining())
                + (step.note().isEmpty() ? "" : ", \"note\": " + quote(step.note()))
                + (failure == null ? "" : ", \"failure\": " + quote(failure)) + "}";
    }

    private static String json(Step.Cost cost) {
        String flows = Arrays.stream(Flow.values())
                .map(flow -> ", " + quote(flow.label()) + ": " + cost.counters().of(flow))
                .collect(Collectors.joining());
        String fallbacks = cost.counters().fallbacks().entrySet().stream()
                .map(each -> quote(each.getKey()) + ": " + each.getValue())
                .collect(Collectors.joining(", ", "{", "}"));
        return "{\"cpuSeconds\": " + seconds("%.2f", cost.cpu()) + ", \"peakBytes\": " + cost.peakBytes() + flows
                + ", \"fallbacks\": " + fallbacks + "}";
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append(c);
                case '\n' -> quoted.append("\\n");
                default -> {
                    if (c < ' ') {
                        quoted.append(String.format("\\u%04x", (int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }

    private static String seconds(String format, Duration time) {
        return String.format(Locale.ROOT, format, Step.seconds(time));
    }

    private static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }
}
