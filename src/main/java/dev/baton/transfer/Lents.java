package dev.baton.transfer;

import dev.baton.kernel.SealedMemory.Hold;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Memory of this sidecar's that consumers have been given and may still have open or mapped. It is charged to the budget until the kernel
 * says that nobody has it any more: a function that keeps its mappings fills the budget, not the machine. Any thread.
 */
final class Lents implements AutoCloseable {
    private final List<Lent> lents = new ArrayList<>();
    private boolean closed;

    /** Takes it over; false if the kernel cannot tell when it is let go, and then takes nothing. */
    synchronized boolean add(Lent lent) {
        switch (closed ? Hold.ALONE : lent.memory().hold()) {
            case ALONE -> lent.close();
            case SHARED -> lents.add(lent);
            case UNKNOWN -> {
                return false;
            }
        }
        return true;
    }

    synchronized int count() {
        return lents.size();
    }

    /** Frees what has been let go. Two short system calls for each. */
    synchronized void sweep() {
        for (Iterator<Lent> each = lents.iterator(); each.hasNext(); ) {
            Lent lent = each.next();
            if (lent.memory().hold() != Hold.SHARED) {
                each.remove();
                lent.close();
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        lents.forEach(Lent::close);
        lents.clear();
    }
}
