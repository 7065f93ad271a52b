package dev.baton.store;

import dev.baton.kernel.SealedMemory;

/**
 * An object's bytes in a file of its own.
 *
 * @param charge what the file takes of the budget
 */
record SealedContent(SealedMemory file, Charge charge) {}
