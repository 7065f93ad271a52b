/** {@code scripts/bench proxy}: Baton's main port and Knative's own queue-proxy under the same load in one run. */
@NullMarked
package dev.baton.bench;

import org.jspecify.annotations.NullMarked;
