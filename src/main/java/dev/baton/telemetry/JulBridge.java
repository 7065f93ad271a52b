package dev.baton.telemetry;

import dev.baton.config.Logging;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Brings what libraries say through java.util.logging into the {@link JsonLog}. */
public final class JulBridge extends Handler {
    private static final Formatter MESSAGE = new Formatter() {
        @Override
        public String format(LogRecord line) {
            return formatMessage(line);
        }
    };

    /**
     * Warns of every caller on 8022 who leaves in the middle, which is a caller's right. Held here, because java.util.logging forgets the
     * level of a logger that nobody holds.
     */
    private static final Logger DEPARTURES = Logger.getLogger("reactor.netty.channel.FluxReceive");

    private final JsonLog log;

    private JulBridge(JsonLog log) {
        this.log = log;
    }

    /**
     * Makes the log the only outlet of java.util.logging. Libraries report from WARNING on; from INFO on if our own log
     * writes debug lines.
     */
    public static void install(JsonLog log) {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        root.addHandler(new JulBridge(log));
        root.setLevel(log.writes(Logging.Level.DEBUG) ? Level.INFO : Level.WARNING);
        DEPARTURES.setLevel(log.writes(Logging.Level.DEBUG) ? Level.INFO : Level.SEVERE);
    }

    /** The log that java.util.logging leads to, null before {@link #install}. */
    public static @Nullable JsonLog installed() {
        for (Handler handler : Logger.getLogger("").getHandlers()) {
            if (handler instanceof JulBridge bridge) {
                return bridge.log;
            }
        }
        return null;
    }

    @Override
    public void publish(LogRecord line) {
        if (isLoggable(line)) {
            String logger = line.getLoggerName() == null ? "" : line.getLoggerName();
            log.write(level(line.getLevel()), logger, MESSAGE.format(line), line.getThrown());
        }
    }

    private static Logging.Level level(Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) {
            return Logging.Level.ERROR;
        }
        if (level.intValue() >= Level.WARNING.intValue()) {
            return Logging.Level.WARN;
        }
        return level.intValue() >= Level.INFO.intValue() ? Logging.Level.INFO : Logging.Level.DEBUG;
    }

    @Override
    public void flush() {
        // Lines leave on the log's own thread.
    }

    @Override
    public void close() {
        // The log outlives java.util.logging and is closed by its owner.
    }
}
