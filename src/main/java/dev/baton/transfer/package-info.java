/** What functions see of objects: put, get and invoke for the own pod, and the two handlers by which the main port speaks references. */
@NullMarked
package dev.baton.transfer;

import org.jspecify.annotations.NullMarked;
