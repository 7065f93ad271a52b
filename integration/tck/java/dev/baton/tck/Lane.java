package dev.baton.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A part of the groups that do little but wait, asked by a process of its own in a network of its own, so that the sidecars' fixed
 * ports do not meet. Needs to be root in its namespace, which integration/tck/run sees to. Blocks.
 */
final class Lane implements AutoCloseable {
    /** What they wait for is time, so that several together need no more of the machine than one. */
    static final int COUNT = 3;

    static final String OPTION = "--lane";
    private static final String IN_OWN_NETWORK = "ip link set lo up && exec \"$@\"";

    private final Process process;
    private final Path answers;

    private Lane(Process process, Path answers) {
        this.process = process;
        this.answers = answers;
    }

    /** Begins to put the cases of one lane to a sidecar; the options are those of {@link Tck}. */
    static Lane begin(int number, String command, String only, boolean newer) throws IOException {
        Path answers = Files.createTempFile("baton-tck-lane", ".txt");
        List<String> words = new ArrayList<>(List.of("unshare", "--net", "--", "bash", "-c", IN_OWN_NETWORK, "bash"));
        words.addAll(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-cp",
                System.getProperty("java.class.path"),
                Tck.class.getName(),
                OPTION,
                Integer.toString(number),
                "--candidate",
                command,
                "--only",
                only,
                "--newer",
                Boolean.toString(newer),
                "--record",
                answers.toString()));
        return new Lane(new ProcessBuilder(words).inheritIO().start(), answers);
    }

    /** The groups of one lane. */
    static List<Group> part(int number, List<Group> groups) {
        List<Group> part = new ArrayList<>();
        for (int i = number; i < groups.size(); i += COUNT) {
            part.add(groups.get(i));
        }
        return part;
    }

    /** What the sidecar answered, when all is asked. */
    Map<String, List<String>> answers() throws IOException {
        int exit = process.onExit().join().exitValue();
        if (exit != 0) {
            throw new IOException("a lane ended with " + exit);
        }
        return Recording.read(answers);
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        Files.deleteIfExists(answers);
    }
}
