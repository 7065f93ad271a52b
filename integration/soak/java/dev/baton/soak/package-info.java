/** Mixed requests with faults on every side of a running sidecar, and whether it lets go of everything afterwards. */
@NullMarked
package dev.baton.soak;

import org.jspecify.annotations.NullMarked;
