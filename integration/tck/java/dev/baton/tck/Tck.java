package dev.baton.tck;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Compares two sidecars. Arguments: {@code --reference COMMAND --candidate COMMAND [--only TEXT] [--out FOLDER]
 * [--record FILE]}, a command being words parted by spaces, and {@code recorded} the answers that the reference gave once. Exit
 * 0 if every difference stands in {@link Differences}; 1 otherwise.
 */
public final class Tck {
    private static final String PAPER = "recorded";

    private final List<String> command;
    private final Predicate<Case> chosen;
    private final Map<String, String> settings;

    private Tck(String command, Predicate<Case> chosen, Map<String, String> settings) {
        this.command = List.of(command.split(" "));
        this.chosen = chosen;
        this.settings = settings;
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
        String reference = options.get("--reference");
        String candidate = options.get("--candidate");
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        if (options.containsKey(Lane.OPTION) && candidate != null) {
            lane(candidate, options);
            return;
        }
        if (reference == null || candidate == null) {
            out.println("usage: tck --reference COMMAND|recorded --candidate COMMAND [--only TEXT] [--out FOLDER]"
                    + " [--record FILE]");
            System.exit(2);
            return;
        }
        System.exit(run(reference, candidate, options, out) ? 0 : 1);
    }

    /** What {@link Lane} starts: asks one part of the groups that wait, and writes the answers. */
    private static void lane(String command, Map<String, String> options) throws IOException {
        String only = options.getOrDefault("--only", "");
        boolean newer = Boolean.parseBoolean(options.get("--newer"));
        Predicate<Case> asked = each -> each.id().contains(only) && (newer || !each.newer());
        int number = Integer.parseInt(options.getOrDefault(Lane.OPTION, "0"));
        Recording.write(
                Path.of(options.getOrDefault("--record", "answers.txt")),
                new Tck(command, asked, Map.of()).answers(Lane.part(number, patient())));
    }

    private static boolean run(String reference, String candidate, Map<String, String> options, PrintStream out)
            throws IOException {
        long begun = System.nanoTime();
        String only = options.getOrDefault("--only", "");
        Predicate<Case> asked = each -> each.id().contains(only);
        Map<String, List<String>> expected = new LinkedHashMap<>();
        if (reference.equals(PAPER)) {
            expected.putAll(Recording.read(Recording.RECORDED));
        } else {
            expected.putAll(answers(reference, asked.and(each -> !each.newer()), only, false));
            String record = options.get("--record");
            if (record != null) {
                Recording.write(Path.of(record), expected);
            }
        }
        expected.putAll(Recording.read(Recording.TRANSCRIPTS));
        expected.keySet().removeIf(id -> !id.contains(only));
        Map<String, List<String>> actual = answers(candidate, asked, only, true);
        String folder = options.get("--out");
        if (folder != null) {
            write(Path.of(folder, "reference"), expected);
            write(Path.of(folder, "candidate"), actual);
        }
        Verdict verdict = Verdict.of(expected, actual, Differences.read());
        restore(candidate, verdict, expected);
        return verdict.print(out, only.isEmpty(), (System.nanoTime() - begun) / 1_000_000_000L);
    }

    /** Puts the cases of each improvement once more, with its switch set: then they must agree. */
    private static void restore(String candidate, Verdict verdict, Map<String, List<String>> expected)
            throws IOException {
        Map<Map<String, String>, List<String>> bySwitch = new LinkedHashMap<>();
        verdict.explained().forEach((id, reason) -> {
            if (reason.improvement()) {
                bySwitch.computeIfAbsent(reason.environment(), unused -> new ArrayList<>())
                        .add(id);
            }
        });
        for (Map.Entry<Map<String, String>, List<String>> each : bySwitch.entrySet()) {
            List<String> cases = each.getValue();
            List<Group> all = new ArrayList<>(groups());
            all.addAll(patient());
            new Tck(candidate, one -> cases.contains(one.id()), each.getKey())
                    .answers(all)
                    .forEach((id, answer) -> verdict.restored(id, expected.getOrDefault(id, List.of()), answer));
        }
    }

    /** All of one sidecar's answers: the groups that do little but wait are asked beside the others. */
    private static Map<String, List<String>> answers(String command, Predicate<Case> asked, String only, boolean newer)
            throws IOException {
        List<Lane> lanes = new ArrayList<>();
        try {
            for (int i = 0; i < Lane.COUNT; i++) {
                List<Group> part = Lane.part(i, patient());
                if (part.stream().flatMap(group -> group.cases().stream()).anyMatch(asked)) {
                    lanes.add(Lane.begin(i, command, only, newer));
                }
            }
            Map<String, List<String>> answers = new Tck(command, asked, Map.of()).answers(groups());
            for (Lane lane : lanes) {
                answers.putAll(lane.answers());
            }
            return answers;
        } finally {
            for (Lane lane : lanes) {
                lane.close();
            }
        }
    }

    private static List<Group> groups() {
        List<Group> groups = new ArrayList<>();
        groups.add(RequestCases.group());
        groups.add(HeadCases.group());
        groups.addAll(StreamCases.groups());
        groups.add(UpgradeCases.group());
        groups.add(StartCases.group());
        groups.addAll(SidecarCases.groups());
        groups.add(PortCases.group());
        groups.addAll(RaceCases.groups());
        groups.addAll(ReadinessCases.groups());
        groups.addAll(ProbeCases.groups());
        groups.addAll(CutCases.groups());
        groups.add(DrainCases.hooks());
        groups.addAll(NewerCases.groups());
        return groups;
    }

    /** Those whose cases last because something is awaited, and not because something is done. */
    private static List<Group> patient() {
        List<Group> groups = new ArrayList<>(DrainCases.groups());
        groups.addAll(EndCases.groups());
        groups.addAll(WaitingCases.groups());
        return groups;
    }

    private Map<String, List<String>> answers(List<Group> groups) throws IOException {
        Map<String, List<String>> answers = new LinkedHashMap<>();
        for (Group group : groups) {
            List<Case> cases = group.cases().stream().filter(chosen).toList();
            if (!cases.isEmpty()) {
                ask(group, cases, answers);
            }
        }
        return answers;
    }

    private void ask(Group group, List<Case> cases, Map<String, List<String>> answers) throws IOException {
        Map<String, String> environment = new LinkedHashMap<>();
        try (App app = new App(0)) {
            group.environment()
                    .forEach((name, value) -> environment.put(
                            name,
                            value.replace("\"port\":0", "\"port\":" + app.port())
                                    .replace("@PORT", "" + app.port())));
            environment.putAll(settings);
            if (group.startsItself()) {
                ask(cases, new Stand(app, null, command), answers);
                return;
            }
            try (Sidecar sidecar = Sidecar.launch(command, app.port(), environment)) {
                sidecar.awaitPorts();
                ask(cases, new Stand(app, sidecar, command), answers);
            } catch (IOException noStart) {
                // One line, as what it says is its own affair.
                System.err.println(group.name() + ": " + noStart.getMessage());
                cases.forEach(each -> answers.putIfAbsent(each.id(), List.of("[the sidecar does not start]")));
            }
        }
    }

    private static void ask(List<Case> cases, Stand stand, Map<String, List<String>> answers) {
        for (Case each : cases) {
            if (answers.put(each.id(), answer(each, stand)) != null) {
                throw new IllegalStateException("two cases are called " + each.id());
            }
        }
    }

    private static List<String> answer(Case question, Stand stand) {
        try {
            stand.app().takeRequests();
            String port = ":" + stand.app().port();
            return question.script().ask(stand).stream()
                    .flatMap(line -> line.lines().findAny().isEmpty() ? List.of("").stream() : line.lines())
                    .map(line -> Recording.plain(line.replace(port, ":USER_PORT")))
                    .toList();
        } catch (Exception failure) {
            return List.of("[failed: " + failure.toString().replaceAll(":\\d{4,5}\\b", ":PORT") + "]");
        }
    }

    private static void write(Path folder, Map<String, List<String>> answers) throws IOException {
        for (Map.Entry<String, List<String>> each : answers.entrySet()) {
            Path file = folder.resolve(each.getKey() + ".txt");
            Files.createDirectories(file.getParent());
            Files.write(file, each.getValue());
        }
    }
}
