package dev.baton.store;

import java.time.Instant;
import java.util.UUID;

/**
 * An object whose bytes came in a file.
 *
 * @param id of the object
 * @param capability what a reader must show beside the id
 * @param expires the wall-clock time from which it is gone
 */
public record Adopted(UUID id, UUID capability, Instant expires) {}
