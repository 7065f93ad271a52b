/**
 * Sealed references to objects and the keys that seal them: whoever lacks the key can neither make, change nor read one.
 * Pure: clock and randomness are passed in; only key files are read.
 */
@NullMarked
package dev.baton.reference;

import org.jspecify.annotations.NullMarked;
