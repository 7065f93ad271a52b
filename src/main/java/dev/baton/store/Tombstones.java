package dev.baton.store;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The ended objects that are remembered, bounded in number: the oldest makes room. Guarded by the store's lock. */
final class Tombstones {
    private final LinkedHashMap<UUID, Tombstone> byId = new LinkedHashMap<>();
    private final Wheel wheel;
    private final int max;

    Tombstones(Wheel wheel, int max) {
        this.wheel = wheel;
        this.max = max;
    }

    int count() {
        return byId.size();
    }

    void bury(Tombstone tombstone) {
        if (max == 0) {
            return;
        }
        if (byId.size() >= max) {
            Map.Entry<UUID, Tombstone> oldest = byId.pollFirstEntry();
            if (oldest != null) {
                wheel.remove(oldest.getValue());
            }
        }
        byId.put(tombstone.id, tombstone);
        wheel.add(tombstone);
    }

    @Nullable
    Tombstone find(UUID id) {
        return byId.get(id);
    }

    void forget(Tombstone tombstone) {
        byId.remove(tombstone.id);
        wheel.remove(tombstone);
    }
}
