package dev.baton.admin;

import dev.baton.config.Logging.Level;
import dev.baton.telemetry.JsonLog;
import dev.baton.telemetry.JulBridge;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.logging.LogFile;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggerConfiguration;
import org.springframework.boot.logging.LoggingInitializationContext;
import org.springframework.boot.logging.java.JavaLoggingSystem;

/**
 * Lets Spring see and set levels: those of java.util.logging, which libraries use, and our own log's. Where lines go is left
 * alone: that stands before Spring does.
 */
public final class BridgedLoggingSystem extends JavaLoggingSystem {
    /** Called by Spring, by the class's name. */
    public BridgedLoggingSystem(ClassLoader classLoader) {
        super(classLoader);
    }

    @Override
    public void beforeInitialize() {
        // The default one would silence the root logger until initialize.
    }

    @Override
    public void initialize(
            LoggingInitializationContext context, @Nullable String configLocation, @Nullable LogFile logFile) {
        // The default one would read a configuration and with it open a console handler.
    }

    @Override
    public void cleanUp() {
        // The log outlives the context.
    }

    @Override
    public void setLogLevel(@Nullable String name, @Nullable LogLevel level) {
        JsonLog own = JsonLog.NAME.equals(name) ? JulBridge.installed() : null;
        if (own == null) {
            super.setLogLevel(name, level);
        } else if (level == null) {
            own.resetLevel();
        } else {
            own.level(
                    switch (level) {
                        case TRACE, DEBUG -> Level.DEBUG;
                        case INFO -> Level.INFO;
                        case WARN -> Level.WARN;
                        case ERROR -> Level.ERROR;
                        case FATAL, OFF -> Level.FATAL;
                    });
        }
    }

    @Override
    public List<LoggerConfiguration> getLoggerConfigurations() {
        var all = new ArrayList<LoggerConfiguration>();
        JsonLog own = JulBridge.installed();
        if (own != null) {
            all.add(configuration(own));
        }
        all.addAll(super.getLoggerConfigurations());
        return all;
    }

    @Override
    public @Nullable LoggerConfiguration getLoggerConfiguration(String name) {
        JsonLog own = name.equals(JsonLog.NAME) ? JulBridge.installed() : null;
        return own == null ? super.getLoggerConfiguration(name) : configuration(own);
    }

    private static LoggerConfiguration configuration(JsonLog own) {
        LogLevel level =
                switch (own.level()) {
                    case DEBUG -> LogLevel.DEBUG;
                    case INFO -> LogLevel.INFO;
                    case WARN -> LogLevel.WARN;
                    case ERROR -> LogLevel.ERROR;
                    case DPANIC, PANIC, FATAL -> LogLevel.FATAL;
                };
        return new LoggerConfiguration(JsonLog.NAME, level, level);
    }
}
