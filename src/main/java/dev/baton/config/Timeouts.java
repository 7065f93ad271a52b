package dev.baton.config;

import java.time.Duration;

/**
 * The revision's limits on one request.
 *
 * @param overall REVISION_TIMEOUT_SECONDS; zero means that every request is answered 504 at once, as the Go sidecar does
 * @param responseStart REVISION_RESPONSE_START_TIMEOUT_SECONDS: until the first byte of the response; zero is off
 * @param idle REVISION_IDLE_TIMEOUT_SECONDS: longest gap between two writes of the response; zero is off
 */
public record Timeouts(Duration overall, Duration responseStart, Duration idle) {}
