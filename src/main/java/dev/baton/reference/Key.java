package dev.baton.reference;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.spec.SecretKeySpec;

/** One AES-256 key and its public id. Any thread. */
final class Key {
    static final int BYTES = 32;

    /** Longest id: a reference with it stays below 200 characters. */
    static final int ID_CHARACTERS = 32;

    private final String id;
    private final byte[] bytes;
    private final SecretKeySpec secret;
    private final AtomicLong seals;

    Key(String id, byte[] bytes) {
        this(id, bytes, 0);
    }

    /** @param seals how often it has sealed before */
    Key(String id, byte[] bytes, long seals) {
        if (!isId(id, 0, id.length()) || bytes.length != BYTES) {
            throw new IllegalArgumentException("id or length of a key");
        }
        this.id = id;
        this.bytes = bytes.clone();
        this.secret = new SecretKeySpec(this.bytes, "AES");
        this.seals = new AtomicLong(seals);
    }

    /** Whether that part of {@code text} has the form of a key id: 1 to 32 letters, digits, {@code -} and {@code _}. */
    static boolean isId(String text, int from, int to) {
        if (to - from < 1 || to - from > ID_CHARACTERS) {
            return false;
        }
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            boolean allowed = letter || (c >= '0' && c <= '9') || c == '-' || c == '_';
            if (!allowed) {
                return false;
            }
        }
        return true;
    }

    String id() {
        return id;
    }

    SecretKeySpec secret() {
        return secret;
    }

    boolean same(Key other) {
        return id.equals(other.id) && MessageDigest.isEqual(bytes, other.bytes);
    }

    /** Counts one more seal and returns how many there have been. */
    long countSeal() {
        return seals.incrementAndGet();
    }

    long seals() {
        return seals.get();
    }

    /** The bytes die with the object that read them; the key keeps its own copy. */
    static void wipe(byte[] bytes) {
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public String toString() {
        return "Key[sealed]";
    }
}
