package dev.baton.reference;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a ring knows at one moment; immutable, replaced as a whole.
 *
 * @param held by id, the newest first
 * @param byId the same keys without their times
 * @param makeshift whether the sealing key is a random one because no file gave one
 */
record KeyTable(Map<String, List<Held>> held, Map<String, List<Key>> byId, Key sealing, boolean makeshift) {
    /** A key file that is replaced again and again under one id: only the newest are kept. */
    private static final int MOST_OF_ONE_ID = 4;

    private static final long PRESENT = Long.MAX_VALUE;

    /**
     * A key and its times.
     *
     * @param firstSeen when, milliseconds since 1970
     * @param goneSince when its file was first found missing, or {@link #PRESENT}
     */
    record Held(Key key, long firstSeen, long goneSince) {
        @Override
        public String toString() {
            return "Held[sealed]";
        }
    }

    List<Key> opening(String id) {
        return byId.getOrDefault(id, List.of());
    }

    /** What is known after a source has been read again. */
    static KeyTable merge(
            @Nullable KeyTable before,
            KeySource.Found found,
            long now,
            long adoptAfter,
            long retireAfter,
            SecureRandom random) {
        Map<String, List<Held>> held = new HashMap<>();
        if (before != null) {
            before.held.forEach((id, keys) -> keep(held, id, keys, found, before.sealing, now, retireAfter));
        }
        for (Key key : found.keys()) {
            List<Held> same = held.computeIfAbsent(key.id(), id -> new ArrayList<>());
            if (same.stream().noneMatch(known -> known.key().same(key))) {
                same.addFirst(new Held(key, now, PRESENT));
                while (same.size() > MOST_OF_ONE_ID) {
                    same.removeLast();
                }
            }
        }
        Held wanted = found.current() == null ? null : newestPresent(held.get(found.current()));
        boolean hadKey = before != null && !before.makeshift;
        Key sealing;
        boolean makeshift = false;
        if (wanted != null && (!hadKey || now - wanted.firstSeen() >= adoptAfter)) {
            sealing = wanted.key();
        } else if (before != null) {
            // Also when its file has gone: others still open with it, and may not know the new one yet.
            sealing = before.sealing;
            makeshift = before.makeshift;
        } else {
            sealing = ProcessKey.random(random);
            makeshift = true;
        }
        return of(held, sealing, makeshift, now);
    }

    private static KeyTable of(Map<String, List<Held>> held, Key sealing, boolean makeshift, long now) {
        List<Held> own = held.computeIfAbsent(sealing.id(), id -> new ArrayList<>());
        if (own.stream().noneMatch(known -> known.key() == sealing)) {
            // What seals must open, here too.
            own.addLast(new Held(sealing, now, now));
        }
        Map<String, List<Held>> copies = new HashMap<>();
        Map<String, List<Key>> byId = new HashMap<>();
        held.forEach((id, keys) -> {
            copies.put(id, List.copyOf(keys));
            byId.put(id, keys.stream().map(Held::key).toList());
        });
        return new KeyTable(Map.copyOf(copies), Map.copyOf(byId), sealing, makeshift);
    }

    /** Carries one id's keys over: still there, missing since now or earlier, or retired. */
    private static void keep(
            Map<String, List<Held>> held,
            String id,
            List<Held> keys,
            KeySource.Found found,
            Key sealing,
            long now,
            long retireAfter) {
        boolean unsure = !found.whole() || found.damaged().contains(id);
        List<Held> kept = new ArrayList<>();
        for (Held key : keys) {
            boolean there = found.keys().stream().anyMatch(key.key()::same);
            long goneSince = there ? PRESENT : unsure ? key.goneSince() : Math.min(key.goneSince(), now);
            if (key.key() == sealing && goneSince != PRESENT) {
                // Its last seal is no older than now, and that object may live for long.
                goneSince = now;
            }
            if (goneSince == PRESENT || now - goneSince < retireAfter) {
                kept.add(new Held(key.key(), key.firstSeen(), goneSince));
            }
        }
        if (!kept.isEmpty()) {
            held.put(id, kept);
        }
    }

    private static @Nullable Held newestPresent(@Nullable List<Held> keys) {
        if (keys != null) {
            for (Held key : keys) {
                if (key.goneSince() == PRESENT) {
                    return key;
                }
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return "KeyTable[sealed]";
    }
}
