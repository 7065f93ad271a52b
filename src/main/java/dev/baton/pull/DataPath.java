package dev.baton.pull;

import java.util.Locale;

/** The way that an object's bytes took, as the metrics name it. */
public enum DataPath {
    /** From linear memory to linear memory inside this sidecar. */
    NEIGHBOUR,
    /** As a descriptor of their memory, inside the pod. */
    DESCRIPTOR,
    /** Out of this sidecar's own store. */
    MEMORY,
    /** By descriptor from another pod of the same node. */
    NODE,
    /** From another sidecar through kernel pipes. */
    SPLICE,
    /** From another sidecar through this process. */
    COPY,
    /** From another sidecar under TLS. */
    TLS,
    /** Inside the request itself. */
    INLINE;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** As the metrics name it. */
    public String label() {
        return label;
    }
}
