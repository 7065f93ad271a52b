/** Conformance kit: speaks raw bytes to two sidecars and compares, case by case, what comes back. */
@NullMarked
package dev.baton.tck;

import org.jspecify.annotations.NullMarked;
