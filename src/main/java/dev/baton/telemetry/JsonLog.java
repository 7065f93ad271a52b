package dev.baton.telemetry;

import dev.baton.config.Build;
import dev.baton.config.Identity;
import dev.baton.config.Logging;
import dev.baton.config.Logging.Field;
import dev.baton.config.Logging.Format;
import dev.baton.config.Logging.Keys;
import dev.baton.config.Logging.Level;
import java.io.IOException;
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

    private static final int TRACE_LENGTH_MAX = 1024;

    private final Logging settings;
    private final InstantSource clock;
    private final String name;
    private final String key;
    private final String pod;
    private final String commit;
    private final LogWriter writer;
    /** For lines of others: where the log itself goes elsewhere, they have a writer of their own. */
    private final LogWriter printer;

    private volatile Level level;

    /**
     * @param commit what the sidecar is built from, or {@link Build#UNKNOWN}
     * @param out standard output; closed by nobody. Lines go there, or where the settings say
     */
    public JsonLog(Logging asked, Identity identity, String commit, OutputStream out, InstantSource clock) {
        Logging usable = asked;
        OutputStream lines = out;
        if (!asked.format().outputs().equals(Format.PLAIN.outputs())) {
            try {
                lines = new LogOutputs(asked.format().outputs());
            } catch (IOException e) {
                usable = Logging.fallback(asked.level(), "outputPaths: " + e.getMessage());
            }
        }
        this.settings = usable;
        this.clock = clock;
        this.level = settings.level();
        this.key = identity.namespace() + "/" + identity.revision();
        this.pod = identity.pod();
        this.commit = commit;
        this.name = settings.problem().isEmpty() ? NAME : FALLBACK_NAME + "." + NAME;
        this.writer = new LogWriter(
                lines,
                count -> line(
                        Level.WARN,
                        name,
                        null,
                        count + " log lines dropped: standard output does not keep up",
                        "",
                        null));
        this.printer = lines == out ? writer : new LogWriter(out, count -> new byte[0]);
        if (!settings.problem().isEmpty() && writes(Level.WARN)) {
            writer.append(line(
                    Level.WARN,
                    FALLBACK_NAME,
                    frame(),
                    "Failed to parse logging config - using default zap production config",
                    settings.problem(),
                    null));
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
            writer.append(line(lineLevel, name, frame(), message, error, cause));
        }
    }

    /** Writes a line of another logger, whatever the level here. */
    void write(Level lineLevel, String logger, String message, @Nullable Throwable cause) {
        writer.append(line(lineLevel, logger, null, message, inWords(cause), cause));
    }

    /** Writes bytes of whole lines, made by somebody else, to standard output. Any thread. */
    public void print(byte[] lines) {
        printer.append(lines);
    }

    /** Where the line comes from; null when it is not wanted. */
    private StackWalker.@Nullable StackFrame frame() {
        if (settings.keys().caller().isEmpty()
                && settings.format().functionKey().isEmpty()) {
            return null;
        }
        return StackWalker.getInstance()
                .walk(frames -> frames.dropWhile(JsonLog::isOurs).findFirst().orElse(null));
    }

    /** As zap writes it: folder, file and line, or all folders. */
    private String caller(StackWalker.@Nullable StackFrame frame) {
        if (frame == null
                || frame.getFileName() == null
                || settings.keys().caller().isEmpty()) {
            return "";
        }
        String type = frame.getClassName();
        int end = type.lastIndexOf('.');
        int start = settings.format().fullCaller() ? 0 : type.lastIndexOf('.', end - 1) + 1;
        String folder = end < 0 ? "" : type.substring(start, end).replace('.', '/') + "/";
        return folder + frame.getFileName() + ":" + frame.getLineNumber();
    }

    private String function(StackWalker.@Nullable StackFrame frame) {
        return frame == null || settings.format().functionKey().isEmpty()
                ? ""
                : frame.getClassName() + "." + frame.getMethodName();
    }

    /** This class, and adapters that pass lines on to it: they are named after what they are. */
    private static boolean isOurs(StackWalker.StackFrame frame) {
        return frame.getClassName().endsWith("Log");
    }

    private byte[] line(
            Level lineLevel,
            String logger,
            StackWalker.@Nullable StackFrame frame,
            String message,
            String error,
            @Nullable Throwable cause) {
        Keys keys = settings.keys();
        Format format = settings.format();
        boolean traced = !keys.stacktrace().isEmpty() && lineLevel.compareTo(format.tracesFrom()) >= 0;
        String trace = !traced ? "" : cause != null ? stackTrace(cause) : logger.equals(name) ? stackTrace() : "";
        if (format.separator() != null) {
            return console(lineLevel, logger, frame, message, error, trace);
        }
        String caller = caller(frame);
        String function = function(frame);
        var line = new LogLine()
                .level(keys, format, lineLevel)
                .time(keys, format, clock.instant())
                .field(keys.logger(), logger);
        if (!caller.isEmpty()) {
            line.field(keys.caller(), caller);
        }
        if (!function.isEmpty()) {
            line.field(format.functionKey(), function);
        }
        line.field(keys.message(), message);
        for (Field field : format.initial()) {
            line.json(field);
        }
        if (!commit.equals(Build.UNKNOWN)) {
            line.field("commit", commit);
        }
        line.field("knative.dev/key", key).field("knative.dev/pod", pod);
        if (!error.isEmpty()) {
            line.field("error", error);
        }
        if (!trace.isEmpty()) {
            line.field(keys.stacktrace(), trace);
        }
        return line.end(format);
    }

    private byte[] console(
            Level lineLevel,
            String logger,
            StackWalker.@Nullable StackFrame frame,
            String message,
            String error,
            String trace) {
        Keys keys = settings.keys();
        Format format = settings.format();
        var line = new ConsoleLine(String.valueOf(format.separator()));
        if (!keys.time().isEmpty()) {
            var time = new StringBuilder();
            String layout = format.timeLayout();
            if (layout == null) {
                LogLine.time(time, keys.times(), clock.instant());
            } else {
                time.append(GoLayout.format(layout, clock.instant()));
            }
            line.column(time);
        }
        if (!keys.level().isEmpty()) {
            line.column(format.coloured() ? LogLine.coloured(keys, lineLevel) : LogLine.name(keys, lineLevel));
        }
        line.column(keys.logger().isEmpty() ? "" : logger)
                .column(caller(frame))
                .column(function(frame))
                .column(keys.message().isEmpty() ? "" : message);
        format.initial().forEach(line::json);
        if (!commit.equals(Build.UNKNOWN)) {
            line.field("commit", commit);
        }
        line.field("knative.dev/key", key).field("knative.dev/pod", pod);
        if (!error.isEmpty()) {
            line.field("error", error);
        }
        return line.end(trace, format.lineEnding());
    }

    /** The way to the line through this project's own code, as zap writes it: a library's frames say nothing of the cause. */
    private static String stackTrace() {
        var text = new StringBuilder();
        StackWalker.getInstance().forEach(frame -> {
            String type = frame.getClassName();
            if (type.startsWith("dev.baton.") && !isOurs(frame) && text.length() < TRACE_LENGTH_MAX) {
                text.append(text.isEmpty() ? "" : "\n").append(type).append('.').append(frame.getMethodName());
                text.append("\n\t").append(frame.getFileName()).append(':').append(frame.getLineNumber());
            }
        });
        return text.toString();
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
        printer.flush(patience);
    }

    /** Writes what is left, for at most two seconds. Blocks. */
    @Override
    public void close() {
        writer.close();
        printer.close();
    }
}
