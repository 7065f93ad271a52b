/**
 * What functions see of objects: put, get and invoke for the own pod, and the two handlers by which the main port speaks references.
 *
 * <p>{@link Transfer} hands out all of it: {@link ObjectApi} is put, get and invoke over HTTP, {@link ByDescriptor} put and get without a
 * copy, {@link InProcess} all three for functions inside the sidecar; {@link ControlMessageDress} and {@link DeliveryHandler} belong to the
 * main port. A call of another function is an {@link Invocation}, whichever way it was asked for.
 */
@NullMarked
package dev.baton.transfer;

import org.jspecify.annotations.NullMarked;
