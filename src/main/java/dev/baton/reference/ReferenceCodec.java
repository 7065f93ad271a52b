package dev.baton.reference;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * References as text: {@code xdt1.<key id>.<base64url>}, at most {@link #MOST_CHARACTERS} characters, AES-256-GCM with a random
 * 96-bit nonce (NIST SP 800-38D) over a payload of one fixed length, so that not even the length tells anything. Version, key
 * id and tenant are authenticated with it. Any thread.
 */
public final class ReferenceCodec {
    /** Longest text of a reference. */
    public static final int MOST_CHARACTERS = 200;

    private static final String VERSION = "xdt1";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;

    /** A multiple of three together with nonce and tag: base64 then has no spare bits that could be changed unnoticed. */
    private static final int PAYLOAD_BYTES = 80;

    private static final int SEALED_BYTES = NONCE_BYTES + PAYLOAD_BYTES + TAG_BYTES;
    private static final int SEALED_CHARACTERS = SEALED_BYTES / 3 * 4;
    private static final int ID_FROM = VERSION.length() + 1;

    private static final byte IPV4 = 4;
    private static final byte IPV6 = 6;

    /** One for each thread: making one costs more than sealing. Every use sets key and nonce anew. */
    private static final ThreadLocal<Cipher> CIPHERS = ThreadLocal.withInitial(ReferenceCodec::cipher);

    private final KeyRing keys;
    private final byte[] tenant;
    private final InstantSource clock;
    private final SecureRandom random;

    /** What is not worth opening is opened all the same, so that its answer takes as long as a forged one's. */
    private final Key decoy;

    private final byte[] decoyBytes = new byte[SEALED_BYTES];

    /** @param clock the wall clock, by which other pods wrote the expiry */
    public ReferenceCodec(KeyRing keys, String tenant, InstantSource clock, SecureRandom random) {
        this.keys = keys;
        this.tenant = tenant.getBytes(StandardCharsets.UTF_8);
        this.clock = clock;
        this.random = random;
        this.decoy = ProcessKey.random(random);
    }

    /**
     * Seals a reference.
     *
     * @throws IllegalStateException when the sealing key has been used as often as it may be
     */
    public String seal(Reference reference) {
        Key key = keys.sealing();
        byte[] sealed = new byte[SEALED_BYTES];
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        System.arraycopy(nonce, 0, sealed, 0, NONCE_BYTES);
        try {
            Cipher cipher = CIPHERS.get();
            cipher.init(Cipher.ENCRYPT_MODE, key.secret(), new GCMParameterSpec(TAG_BYTES * 8, nonce));
            cipher.updateAAD(associated(key.id()));
            cipher.doFinal(payload(reference), 0, PAYLOAD_BYTES, sealed, NONCE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM with sizes that do not vary", e);
        }
        return VERSION + "." + key.id() + "." + Base64.getUrlEncoder().encodeToString(sealed);
    }

    /**
     * Opens a text of whatever origin; never throws. What cannot be opened is {@link Opened.Invalid}, whatever the reason. Expiry
     * goes by this pod's clock: where that is set back, the producer's store still knows that an object has gone.
     */
    public Opened open(String text) {
        int dot = text.length() - SEALED_CHARACTERS - 1;
        byte[] sealed = wellFormed(text, dot) ? decode(text.substring(dot + 1)) : null;
        if (sealed == null) {
            unseal(decoy, decoyBytes);
            return Opened.Invalid.INSTANCE;
        }
        boolean tried = false;
        for (Key key : keys.opening(text.substring(ID_FROM, dot))) {
            tried = true;
            byte[] payload = unseal(key, sealed);
            if (payload != null) {
                return judge(payload);
            }
        }
        if (!tried) {
            unseal(decoy, sealed);
        }
        return Opened.Invalid.INSTANCE;
    }

    private static boolean wellFormed(String text, int dot) {
        return dot > ID_FROM
                && text.startsWith(VERSION)
                && text.charAt(VERSION.length()) == '.'
                && text.charAt(dot) == '.'
                && Key.isId(text, ID_FROM, dot);
    }

    private static byte @Nullable [] decode(String text) {
        try {
            byte[] sealed = Base64.getUrlDecoder().decode(text);
            return sealed.length == SEALED_BYTES ? sealed : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private byte @Nullable [] unseal(Key key, byte[] sealed) {
        try {
            Cipher cipher = CIPHERS.get();
            cipher.init(Cipher.DECRYPT_MODE, key.secret(), new GCMParameterSpec(TAG_BYTES * 8, sealed, 0, NONCE_BYTES));
            cipher.updateAAD(associated(key.id()));
            return cipher.doFinal(sealed, NONCE_BYTES, SEALED_BYTES - NONCE_BYTES);
        } catch (AEADBadTagException e) {
            return null;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM with sizes that do not vary", e);
        }
    }

    private Opened judge(byte[] payload) {
        Reference reference = reference(ByteBuffer.wrap(payload));
        if (reference == null) {
            return Opened.Invalid.INSTANCE;
        }
        return clock.millis() < reference.expiresAtMillis()
                ? new Opened.Valid(reference)
                : new Opened.Expired(reference);
    }

    /** The parts are separated, so that no two triples of version, id and tenant are the same bytes. */
    private byte[] associated(String id) {
        byte[] associated = new byte[VERSION.length() + 1 + id.length() + 1 + tenant.length];
        latin(VERSION, associated, 0);
        latin(id, associated, VERSION.length() + 1);
        System.arraycopy(tenant, 0, associated, associated.length - tenant.length, tenant.length);
        return associated;
    }

    private static void latin(String text, byte[] to, int at) {
        for (int i = 0; i < text.length(); i++) {
            to[at + i] = (byte) text.charAt(i);
        }
    }

    /** Family, address (IPv4 at the front), port, object, capability, epoch, size, retrievals, expiry, one byte zero. */
    static byte[] payload(Reference reference) {
        byte[] address = reference.address().getAddress();
        byte[] padded = Arrays.copyOf(address, 16);
        return ByteBuffer.allocate(PAYLOAD_BYTES)
                .put(address.length == 4 ? IPV4 : IPV6)
                .put(padded)
                .putShort((short) reference.port())
                .putLong(reference.object().getMostSignificantBits())
                .putLong(reference.object().getLeastSignificantBits())
                .putLong(reference.capability().getMostSignificantBits())
                .putLong(reference.capability().getLeastSignificantBits())
                .putLong(reference.epoch())
                .putLong(reference.size())
                .putInt(reference.retrievals())
                .putLong(reference.expiresAtMillis())
                .array();
    }

    /** A payload as a reference, or null: whoever holds the key may have sealed anything. */
    static @Nullable Reference reference(ByteBuffer payload) {
        byte family = payload.get();
        byte[] bytes = new byte[16];
        payload.get(bytes);
        InetAddress address = address(family, bytes);
        int port = Short.toUnsignedInt(payload.getShort());
        UUID object = new UUID(payload.getLong(), payload.getLong());
        UUID capability = new UUID(payload.getLong(), payload.getLong());
        long epoch = payload.getLong();
        long size = payload.getLong();
        int retrievals = payload.getInt();
        long expiry = payload.getLong();
        return address == null || port == 0 || size < -1 || retrievals < 1
                ? null
                : new Reference(address, port, object, capability, epoch, size, retrievals, expiry);
    }

    private static @Nullable InetAddress address(byte family, byte[] bytes) {
        try {
            return switch (family) {
                case IPV4 -> InetAddress.getByAddress(Arrays.copyOf(bytes, 4));
                // Java turns an IPv4-mapped address into an IPv4 one: a second spelling, which nobody seals.
                case IPV6 -> InetAddress.getByAddress(bytes) instanceof Inet6Address v6 ? v6 : null;
                default -> null;
            };
        } catch (UnknownHostException e) {
            throw new AssertionError("length of an address", e);
        }
    }

    private static Cipher cipher() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM is part of every JDK", e);
        }
    }
}
