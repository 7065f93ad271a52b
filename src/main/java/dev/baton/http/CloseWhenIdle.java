package dev.baton.http;

/** Inbound user event: the connection takes no further request, and closes as soon as none is open. */
enum CloseWhenIdle {
    INSTANCE
}
