/** Immutable objects in native memory: admission under a byte budget, counted retrievals, expiry; free of sockets and of wall clocks. */
@NullMarked
package dev.baton.store;

import org.jspecify.annotations.NullMarked;
