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

/**
 * Compares two sidecars. Arguments: {@code --reference COMMAND --candidate COMMAND [--only TEXT] [--out FOLDER]}, a
 * command being words parted by spaces. Exit 0 if every difference stands in {@link Differences}, with the answer that
 * stands there; 1 otherwise.
 */
public final class Tck {
    private final List<String> command;
    private final String only;

    private Tck(String command, String only) {
        this.command = List.of(command.split(" "));
        this.only = only;
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
        String reference = options.get("--reference");
        String candidate = options.get("--candidate");
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        if (reference == null || candidate == null) {
            out.println("usage: tck --reference COMMAND --candidate COMMAND [--only TEXT] [--out FOLDER]");
            System.exit(2);
            return;
        }
        String only = options.getOrDefault("--only", "");
        Map<String, List<String>> expected = new Tck(reference, only).answers();
        Map<String, List<String>> actual = new Tck(candidate, only).answers();
        String folder = options.get("--out");
        if (folder != null) {
            write(Path.of(folder, "reference"), expected);
            write(Path.of(folder, "candidate"), actual);
        }
        System.exit(Verdict.of(expected, actual, Differences.read()).print(out, only.isEmpty()) ? 0 : 1);
    }

    private Map<String, List<String>> answers() throws IOException {
        List<Group> groups = new ArrayList<>();
        groups.add(RequestCases.group());
        groups.addAll(SidecarCases.groups());
        Map<String, List<String>> answers = new LinkedHashMap<>();
        for (Group group : groups) {
            List<Case> chosen = group.cases().stream()
                    .filter(each -> each.id().contains(only))
                    .toList();
            if (!chosen.isEmpty()) {
                ask(group, chosen, answers);
            }
        }
        return answers;
    }

    private void ask(Group group, List<Case> cases, Map<String, List<String>> answers) throws IOException {
        Map<String, String> environment = new LinkedHashMap<>();
        try (App app = new App(0)) {
            group.environment()
                    .forEach((name, value) ->
                            environment.put(name, value.replace("\"port\":0", "\"port\":" + app.port())));
            if (group.startsItself()) {
                ask(cases, new Stand(app, null, command), answers);
                return;
            }
            try (Sidecar sidecar = Sidecar.launch(command, app.port(), environment)) {
                sidecar.awaitPorts();
                ask(cases, new Stand(app, sidecar, command), answers);
            }
        }
    }

    private static void ask(List<Case> cases, Stand stand, Map<String, List<String>> answers) {
        for (Case each : cases) {
            answers.put(each.id(), answer(each, stand));
        }
    }

    private static List<String> answer(Case question, Stand stand) {
        try {
            stand.app().takeRequests();
            String port = ":" + stand.app().port();
            return question.script().ask(stand).stream()
                    .map(line -> line.replace(port, ":USER_PORT"))
                    .toList();
        } catch (Exception failure) {
            return List.of("[failed: " + failure + "]");
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
