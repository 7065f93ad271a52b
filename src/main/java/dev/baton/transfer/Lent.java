package dev.baton.transfer;

import dev.baton.kernel.SealedMemory;
import dev.baton.store.Charge;

/**
 * Memory that a consumer may still have, although its object's retrieval is over: it takes room in the store's budget until it is closed.
 * Any thread.
 */
public record Lent(SealedMemory memory, Charge charge) implements AutoCloseable {
    @Override
    public void close() {
        try (charge) {
            memory.close();
        }
    }
}
