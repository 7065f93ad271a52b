package dev.baton.admin;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.logging.LogFile;
import org.springframework.boot.logging.LoggingInitializationContext;
import org.springframework.boot.logging.java.JavaLoggingSystem;

/** Lets Spring see and set the levels of java.util.logging, and leaves alone where the lines go: that stands already. */
public final class BridgedLoggingSystem extends JavaLoggingSystem {
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
}
