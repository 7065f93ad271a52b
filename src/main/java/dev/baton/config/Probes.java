package dev.baton.config;

import java.util.List;

/**
 * The readiness probes of the user's containers.
 *
 * @param specs all must pass; empty means always ready
 * @param http2 ENABLE_HTTP2_AUTO_DETECTION: an HTTP probe tries h2c first
 */
public record Probes(List<ProbeSpec> specs, boolean http2) {}
