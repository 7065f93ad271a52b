package dev.baton.config;

import java.nio.file.Path;
import java.time.Duration;

/**
 * The keys that seal references.
 *
 * @param source where the keys come from
 * @param tenant bound into every reference: one tenant's references open nothing in another
 * @param namespace bound into keys derived from the serving certificate
 * @param refresh how often the source is to be read again
 * @param adoptAfter how long a newly seen key only opens, so that every sidecar knows it before one seals with it
 * @param retention how long a vanished key still opens: the longest life of an object
 */
public record KeySettings(
        Source source, String tenant, String namespace, Duration refresh, Duration adoptAfter, Duration retention) {

    /** Where the keys come from. */
    public sealed interface Source {}

    /** BATON_KEYS_DIR: one file for each key id, and {@code current}. */
    public record Directory(Path path) implements Source {}

    /** Derived from the private key that Knative mounts for system-internal TLS. */
    public record ServingCertificate(Path path) implements Source {}

    /** A random key of this process: references work inside this pod only. */
    public record ProcessOnly() implements Source {}
}
