/** The composition root: reads the configuration, builds both planes and starts them in order. */
@NullMarked
package dev.baton;

import org.jspecify.annotations.NullMarked;
