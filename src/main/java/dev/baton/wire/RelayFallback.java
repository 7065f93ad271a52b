package dev.baton.wire;

import java.util.Locale;

/** Why a body that could have been moved inside the kernel was copied. */
public enum RelayFallback {
    /** The kernel, or a seccomp profile, refused to splice, from the start or in the middle. */
    SPLICE,
    /** No pipe was to be had. */
    PIPES,
    /** All relay threads were busy. */
    THREADS,
    /** No descriptor was to be had for a relay. */
    DESCRIPTORS;

    /** As the metrics name it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
