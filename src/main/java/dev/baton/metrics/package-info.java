/** What operators of a revision measure: requests counted on each event loop, and the listener that Prometheus scrapes. */
@NullMarked
package dev.baton.metrics;

import org.jspecify.annotations.NullMarked;
