/** HTTP mechanics that every listener of the request plane shares: event loops, listeners, framing, order of exchanges, canned answers. */
@NullMarked
package dev.baton.http;

import org.jspecify.annotations.NullMarked;
