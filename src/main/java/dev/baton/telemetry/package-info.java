/** What the sidecar tells about itself: the autoscaler's Stat and the log. */
@NullMarked
package dev.baton.telemetry;

import org.jspecify.annotations.NullMarked;
