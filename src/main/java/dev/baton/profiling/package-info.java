/** What the sidecar itself spends its time on: the listener for profiles, port 8008, loaded only where it is asked for. */
@NullMarked
package dev.baton.profiling;

import org.jspecify.annotations.NullMarked;
