package dev.baton.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A running process of a pod.
 *
 * @param name such as {@code consumer's sidecar}
 * @param log what it wrote to both of its outputs
 */
record Container(String name, Process process, Path log) {
    private static final int LOG_LINES = 10;
    private static final int LINE_LENGTH = 300;

    /** @param env its whole environment but for PATH and JAVA_HOME */
    static Container start(
            String name, List<String> command, Path folder, Map<String, String> env, Path log, Janitor janitor)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        // A container inherits nothing from whoever started it.
        Map<String, String> environment = builder.environment();
        String path = environment.getOrDefault("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        environment.clear();
        environment.put("PATH", path);
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.putAll(env);
        Process process = builder.start();
        janitor.process(process);
        return new Container(name, process, log);
    }

    /** @throws IOException that says how it ended, if it has */
    void requireAlive() throws IOException {
        if (!process.isAlive()) {
            throw new IOException("the " + name + " ended with exit code " + process.exitValue());
        }
    }

    /** The last lines of its log, for somebody who wants to know why a step failed. */
    String lastLogLines() {
        try {
            List<String> lines = Files.readAllLines(log);
            List<String> last = lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size());
            String text = last.stream().map(Container::cut).collect(Collectors.joining("\n"));
            return text.isEmpty() ? "" : "--- " + name + ":\n" + text + "\n";
        } catch (IOException e) {
            return "--- " + name + ": no log (" + e.getMessage() + ")\n";
        }
    }

    /** A stack trace in a line of JSON would push the other lines off the screen. */
    private static String cut(String line) {
        return line.length() <= LINE_LENGTH ? line : line.substring(0, LINE_LENGTH) + " ...";
    }
}
