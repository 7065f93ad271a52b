/** The end of a sidecar's life: when it stops taking requests and when it may exit. Pure: the clock is passed in. */
@NullMarked
package dev.baton.drain;

import org.jspecify.annotations.NullMarked;
