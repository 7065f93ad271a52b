package dev.baton;

import dev.baton.proxy.ProxyLog;
import dev.baton.telemetry.JsonLog;
import org.jspecify.annotations.Nullable;

/** Lets the request path, which knows no log, write to ours. */
record PlaneLog(JsonLog log) implements ProxyLog {
    @Override
    public void warn(String message) {
        log.warn(message);
    }

    @Override
    public void error(String message, String error, @Nullable Throwable cause) {
        log.error(message, error, cause);
    }
}
