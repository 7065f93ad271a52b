package dev.baton.reference;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The keys that seal and open references. A key that has been read is never lost to a bad file: it seals until another one
 * takes its place, and opens until the longest life of an object has passed since its file vanished. Any thread; nothing is
 * read before the first use or {@link #refresh()}.
 */
public final class KeyRing {
    /**
     * Random 96-bit nonces under one key stay unique enough up to here (NIST SP 800-38D, 8.3). Each process counts its own
     * seals: with many pods the operator rotates earlier, and the warning comes at half.
     */
    static final long SEALS_PER_KEY = 1L << 32;

    static final long SEALS_BEFORE_WARNING = SEALS_PER_KEY / 2;

    /** Forged ids must not make every request read files. */
    private static final long MILLIS_BETWEEN_UNKNOWN_IDS = 1000;

    private final KeySource source;
    private final long adoptAfterMillis;
    private final long retireAfterMillis;
    private final InstantSource clock;
    private final SecureRandom random;
    private final ReentrantLock reading = new ReentrantLock();
    private final AtomicLong lastUnknownId = new AtomicLong(Long.MIN_VALUE / 2);

    /** Guarded by {@link #reading}: problems already told, and those found by an unknown id since. */
    private Set<String> told = new HashSet<>();

    private final List<String> untold = new ArrayList<>();

    private volatile @Nullable KeyTable table;

    KeyRing(KeySource source, Duration adoptAfter, Duration retention, InstantSource clock, SecureRandom random) {
        this.source = source;
        this.adoptAfterMillis = adoptAfter.toMillis();
        // Someone who has not yet seen that a key vanished may still seal with it.
        this.retireAfterMillis = retention.plus(adoptAfter).toMillis();
        this.clock = clock;
        this.random = random;
    }

    /**
     * Keys from a folder: one file for each id with 32 bytes in base64, and {@code current}. Without a usable key a random one
     * seals until there is one.
     *
     * @param adoptAfter how long a new key only opens while there is an older one to seal with
     * @param retention how long a vanished key still opens
     */
    public static KeyRing directory(
            Path directory, Duration adoptAfter, Duration retention, InstantSource clock, SecureRandom random) {
        return new KeyRing(new KeyDirectory(directory), adoptAfter, retention, clock, random);
    }

    /** A key derived from the private key file of the serving certificate and the namespace; otherwise as {@link #directory}. */
    public static KeyRing servingCertificate(
            Path privateKey,
            String namespace,
            Duration adoptAfter,
            Duration retention,
            InstantSource clock,
            SecureRandom random) {
        return new KeyRing(new ServingKeyFile(privateKey, namespace), adoptAfter, retention, clock, random);
    }

    /** A random key: references open in this process only. */
    public static KeyRing process(Duration retention, InstantSource clock, SecureRandom random) {
        return new KeyRing(new ProcessKey(random), Duration.ZERO, retention, clock, random);
    }

    /**
     * Reads the keys again; to be called about once a minute. Blocks for small files: not on an event loop.
     *
     * @return lines for the log, each problem once until it has gone; they hold no key
     */
    public List<String> refresh() {
        reading.lock();
        try {
            readAgain();
            List<String> lines = List.copyOf(untold);
            untold.clear();
            return lines;
        } finally {
            reading.unlock();
        }
    }

    /**
     * The key to seal with, counted as used once more.
     *
     * @throws IllegalStateException when it has sealed as often as a key may
     */
    Key sealing() {
        Key key = table().sealing();
        if (key.countSeal() > SEALS_PER_KEY) {
            throw new IllegalStateException("the sealing key is used up: rotate the keys");
        }
        return key;
    }

    /** The keys known under an id, the newest first; none for an id that nobody knows. */
    List<Key> opening(String id) {
        List<Key> known = table().opening(id);
        return known.isEmpty() && source.changes() && readForUnknownId() ? table().opening(id) : known;
    }

    @Override
    public String toString() {
        return "KeyRing[sealed]";
    }

    private KeyTable table() {
        KeyTable known = table;
        if (known != null) {
            return known;
        }
        reading.lock();
        try {
            known = table;
            return known != null ? known : readAgain();
        } finally {
            reading.unlock();
        }
    }

    /** Reads at once, or waits for whoever is reading; false when someone just did and it is too early to do it again. */
    private boolean readForUnknownId() {
        long now = clock.millis();
        long last = lastUnknownId.get();
        // A clock that was set back must not stop this for long: hence the absolute value.
        boolean due = Math.abs(now - last) >= MILLIS_BETWEEN_UNKNOWN_IDS && lastUnknownId.compareAndSet(last, now);
        if (!due && !reading.isLocked()) {
            return false;
        }
        reading.lock();
        try {
            if (due) {
                readAgain();
            }
            return true;
        } finally {
            reading.unlock();
        }
    }

    /** Holds {@link #reading}. */
    private KeyTable readAgain() {
        KeySource.Found found = source.read();
        KeyTable before = table;
        KeyTable after = KeyTable.merge(before, found, clock.millis(), adoptAfterMillis, retireAfterMillis, random);
        table = after;
        Set<String> problems = new HashSet<>(found.problems());
        if (after.makeshift()) {
            problems.add("no usable sealing key: references work inside this pod only until there is one");
        }
        if (after.sealing().seals() >= SEALS_BEFORE_WARNING) {
            problems.add("key " + after.sealing().id() + " has sealed half of what it may: rotate the keys");
        }
        for (String problem : problems) {
            if (told.add(problem)) {
                untold.add(problem);
            }
        }
        told.retainAll(problems);
        return after;
    }
}
