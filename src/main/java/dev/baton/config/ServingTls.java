package dev.baton.config;

import java.nio.file.Path;

/**
 * The main listener under TLS.
 *
 * @param certificate the PEM chain that Knative mounts
 * @param key its private key
 * @param mounted whether both files were there at the start: only then is the listener opened
 */
public record ServingTls(Path certificate, Path key, boolean mounted, TlsParameters parameters) {}
