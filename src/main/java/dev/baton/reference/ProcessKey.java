package dev.baton.reference;

import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A random key that lives and dies with this process; a new one follows when it has sealed half of what a key may. */
final class ProcessKey implements KeySource {
    private final SecureRandom random;
    private @Nullable Key key;

    ProcessKey(SecureRandom random) {
        this(random, null);
    }

    ProcessKey(SecureRandom random, @Nullable Key key) {
        this.random = random;
        this.key = key;
    }

    @Override
    public boolean changes() {
        return false;
    }

    @Override
    public Found read() {
        Key known = key;
        if (known == null || known.seals() >= KeyRing.SEALS_BEFORE_WARNING) {
            known = random(random);
            key = known;
        }
        return new Found(List.of(known), Set.of(), known.id(), true, List.of());
    }

    /** A key whose id is random too: every pod has its own. */
    static Key random(SecureRandom random) {
        byte[] bytes = new byte[Key.BYTES];
        random.nextBytes(bytes);
        Key key = new Key(Long.toHexString(random.nextLong() | Long.MIN_VALUE), bytes);
        Key.wipe(bytes);
        return key;
    }
}
