package dev.baton.proxy;

import org.jspecify.annotations.Nullable;

/** Where the request path reports. Called on event loops: must not block. */
public interface ProxyLog {
    void warn(String message);

    /** Takes an error with its cause in words, or with the exception behind it. */
    void error(String message, String error, @Nullable Throwable cause);
}
