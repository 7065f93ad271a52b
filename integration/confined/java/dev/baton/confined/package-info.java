/** Requests through a sidecar that may write nowhere, is nobody, and has little memory. */
@NullMarked
package dev.baton.confined;

import org.jspecify.annotations.NullMarked;
