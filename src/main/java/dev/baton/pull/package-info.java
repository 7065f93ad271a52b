/** Objects between sidecars: the pull port, the client that fetches what a reference names, and the transfers on offer. */
@NullMarked
package dev.baton.pull;

import org.jspecify.annotations.NullMarked;
