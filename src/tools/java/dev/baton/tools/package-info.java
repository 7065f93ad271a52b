/** What the scripts run beside the product: training of the AOT cache and benchmarks. Needs a JDK and a built sidecar, nothing else. */
@NullMarked
package dev.baton.tools;

import org.jspecify.annotations.NullMarked;
