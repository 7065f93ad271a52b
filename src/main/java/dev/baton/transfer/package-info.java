/** Objects between functions: put, get and invoke for the own pod, pulls between sidecars, and the two handlers by which the main port speaks references. */
@NullMarked
package dev.baton.transfer;

import org.jspecify.annotations.NullMarked;
