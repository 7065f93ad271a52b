package dev.baton.store;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The objects that can be found, chained by id: no key or node of its own per object. Guarded by the store's lock. */
final class ObjectTable {
    private static final int CHAINS_MIN = 64;

    /** A power of two. */
    private @Nullable Stored[] chains = new Stored[CHAINS_MIN];

    private int count;

    int count() {
        return count;
    }

    @Nullable
    Stored find(UUID id) {
        for (Stored object = chains[chain(id.getLeastSignificantBits())]; object != null; object = object.chained) {
            if (object.idLow == id.getLeastSignificantBits() && object.idHigh == id.getMostSignificantBits()) {
                return object;
            }
        }
        return null;
    }

    /** The caller has looked that the id is free. */
    void add(Stored object) {
        if (count == chains.length) {
            resize(chains.length * 2);
        }
        link(object);
        count++;
    }

    void remove(Stored object) {
        int chain = chain(object.idLow);
        Stored before = null;
        for (Stored each = chains[chain]; each != object; each = each.chained) {
            if (each == null) {
                throw new IllegalStateException("object is not in the table");
            }
            before = each;
        }
        if (before == null) {
            chains[chain] = object.chained;
        } else {
            before.chained = object.chained;
        }
        object.chained = null;
        count--;
        // After a flood the table gets small again, with room left so that it does not swing.
        if (count < chains.length / 8 && chains.length > CHAINS_MIN) {
            resize(chains.length / 2);
        }
    }

    /** Any of them, or null when there is none. */
    @Nullable
    Stored any() {
        for (Stored object : chains) {
            if (object != null) {
                return object;
            }
        }
        return null;
    }

    private void resize(int length) {
        @Nullable Stored[] old = chains;
        chains = new Stored[length];
        for (Stored first : old) {
            Stored object = first;
            while (object != null) {
                Stored next = object.chained;
                link(object);
                object = next;
            }
        }
    }

    private void link(Stored object) {
        int chain = chain(object.idLow);
        object.chained = chains[chain];
        chains[chain] = object;
    }

    /** Ids are random: their bits need no mixing. */
    private int chain(long idBits) {
        return (int) idBits & (chains.length - 1);
    }
}
