package dev.baton.telemetry;

import dev.baton.config.Build;
import dev.baton.config.Identity;
import dev.baton.config.Logging;
import dev.baton.config.Logging.Level;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The sidecar's log: JSON lines with the keys that Knative's logging configuration asks for, and on each line which revision
 * and pod it comes from. Any thread; lines are formatted by the caller and written by a thread of their own, so that no
 * event loop waits for standard output. References, keys, capabilities and addresses of peers don't belong in it.
 */
public final class JsonLog implements AutoCloseable {
    /** The logger's name, as operators and tests know it from the Go sidecar. */
    public static final String NAME = "queueproxy";

    private static final String FALLBACK_NAME = "fallback-logger";

    private final Logging settings;
    private final InstantSource clock;
    private final String name;
    private final String key;
    private final String pod;
    private final String commit;
    private final LogWriter writer;
    private volatile Level level;

    /**
     * @param commit what the sidecar is built from, or {@link Build#UNKNOWN}
     * @param out where lines go; closed by nobody
     */
    public JsonLog(Logging settings, Identity identity, String commit, OutputStream out, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.level = settings.level();
        this.key = identity.namespace() + "/" + identity.revision();
        this.pod = identity.pod();
        this.commit = commit;
        this.name = settings.problem().isEmpty() ? NAME : FALLBACK_NAME + "." + NAME;
        this.writer = new LogWriter(
                out,
                count -> line(
                        Level.WARN,
                        name,
                        "",
                        count + " log lines dropped: standard output does not keep up",
                        "",
                        null));
        if (!settings.problem().isEmpty()) {
            warn("Failed to parse logging config - using default zap production config: " + settings.problem());
        }
    }

    public void debug(String message) {
        log(Level.DEBUG, message, "", null);
    }

    public void info(String message) {
        log(Level.INFO, message, "", null);
    }

    public void warn(String message) {
        log(Level.WARN, message, "", null);
    }

    public void error(String message, @Nullable Throwable cause) {
        error(message, inWords(cause), cause);
    }

    /** Takes an error with its cause in words, which may be empty, and the exception behind it, if there is one. */
    public void error(String message, String error, @Nullable Throwable cause) {
        log(Level.ERROR, message, error, cause);
    }

    /** Takes the reason for which the process is about to end. */
    public void fatal(String message, String error) {
        log(Level.FATAL, message, error, null);
    }

    /** Whether a line of this level is written. */
    public boolean writes(Level lineLevel) {
        return lineLevel.compareTo(level) >= 0;
    }

    public Level level() {
        return level;
    }

    /** Holds from the next line on. */
    public void level(Level lowest) {
        level = lowest;
    }

    private void log(Level lineLevel, String message, String error, @Nullable Throwable cause) {
        if (writes(lineLevel)) {
            writer.append(line(lineLevel, name, caller(), message, error, cause));
        }
    }

    /** Writes a line of another logger, whatever the level here. */
    void write(Level lineLevel, String logger, String message, @Nullable Throwable cause) {
        writer.append(line(lineLevel, logger, "", message, inWords(cause), cause));
    }

    /** Writes bytes of whole lines, made by somebody else, to the same outlet. Any thread. */
    public void print(byte[] lines) {
        writer.append(lines);
    }

    /** Where the line comes from, as zap writes it: folder, file and line; empty when it is not wanted. */
    private String caller() {
        if (settings.keys().caller().isEmpty()) {
            return "";
        }
        StackWalker.StackFrame frame = StackWalker.getInstance()
                .walk(frames -> frames.dropWhile(JsonLog::isOurs).findFirst().orElse(null));
        if (frame == null || frame.getFileName() == null) {
            return "";
        }
        String type = frame.getClassName();
        int end = type.lastIndexOf('.');
        String folder = end < 0 ? "" : type.substring(type.lastIndexOf('.', end - 1) + 1, end) + "/";
        return folder + frame.getFileName() + ":" + frame.getLineNumber();
    }

    /** This class, and adapters that pass lines on to it: they are named after what they are. */
    private static boolean isOurs(StackWalker.StackFrame frame) {
        return frame.getClassName().endsWith("Log");
    }

    private byte[] line(
            Level lineLevel, String logger, String caller, String message, String error, @Nullable Throwable cause) {
        var line = new LogLine()
                .level(settings.keys(), lineLevel)
                .time(settings.keys(), clock.instant())
                .field(settings.keys().logger(), logger);
        if (!caller.isEmpty()) {
            line.field(settings.keys().caller(), caller);
        }
        line.field(settings.keys().message(), message);
        if (!commit.equals(Build.UNKNOWN)) {
            line.field("commit", commit);
        }
        line.field("knative.dev/key", key).field("knative.dev/pod", pod);
        if (!error.isEmpty()) {
            line.field("error", error);
        }
        if (cause != null && lineLevel.compareTo(Level.ERROR) >= 0) {
            line.field(settings.keys().stacktrace(), stackTrace(cause));
        }
        return line.end();
    }

    private static String inWords(@Nullable Throwable cause) {
        if (cause == null) {
            return "";
        }
        return cause.getMessage() != null ? cause.getMessage() : cause.toString();
    }

    private static String stackTrace(Throwable cause) {
        var text = new StringWriter();
        cause.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }

    /** Back to the level of the settings. */
    public void resetLevel() {
        level = settings.level();
    }

    /** Waits until the lines so far are written, at most that long. Blocks. */
    public void flush(Duration patience) {
        writer.flush(patience);
    }

    /** Writes what is left, for at most two seconds. Blocks. */
    @Override
    public void close() {
        writer.close();
    }
}
