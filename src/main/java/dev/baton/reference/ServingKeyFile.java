package dev.baton.reference;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * The private key that Knative mounts for system-internal TLS and that all sidecars of a namespace share: HKDF-SHA-256
 * (RFC 5869) of the file with the namespace. The id is the beginning of the derived key's SHA-256.
 */
final class ServingKeyFile implements KeySource {
    private static final byte[] SALT = "baton reference key, version 1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BEGIN = "-----BEGIN ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "PRIVATE KEY-----".getBytes(StandardCharsets.US_ASCII);
    private static final int ID_BYTES = 8;

    private final Path file;
    private final byte[] namespace;

    /** What the file was when {@link #key} was derived: a hash, so that the private key itself is not kept. */
    private byte[] derivedFrom = {};

    private @Nullable Key key;

    ServingKeyFile(Path file, String namespace) {
        this.file = file;
        this.namespace = namespace.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean changes() {
        return true;
    }

    @Override
    public Found read() {
        byte[] pem = KeyFile.read(file);
        String problem = pem == null ? "is not readable" : whole(pem) ? null : "is not a whole PEM private key";
        if (pem == null || problem != null) {
            return new Found(
                    List.of(),
                    Set.of(),
                    null,
                    false,
                    List.of("serving certificate: tls.key " + problem + "; the last key stays in use"));
        }
        Key read = derive(pem);
        Key.wipe(pem);
        return new Found(List.of(read), Set.of(), read.id(), true, List.of());
    }

    private Key derive(byte[] pem) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            byte[] hash = sha256.digest(pem);
            Key known = key;
            if (known != null && MessageDigest.isEqual(hash, derivedFrom)) {
                return known;
            }
            byte[] bytes = KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract()
                            .addIKM(pem)
                            .addSalt(SALT)
                            .thenExpand(namespace, Key.BYTES));
            String id = HexFormat.of().formatHex(sha256.digest(bytes), 0, ID_BYTES);
            Key derived = new Key(id, bytes);
            Key.wipe(bytes);
            derivedFrom = hash;
            key = derived;
            return derived;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HKDF and SHA-256 are part of every JDK 25", e);
        }
    }

    /** A file that is being written ends early. */
    private static boolean whole(byte[] pem) {
        int end = pem.length;
        while (end > 0 && (pem[end - 1] == '\n' || pem[end - 1] == '\r')) {
            end--;
        }
        return end > BEGIN.length + END.length
                && Arrays.equals(pem, 0, BEGIN.length, BEGIN, 0, BEGIN.length)
                && Arrays.equals(pem, end - END.length, end, END, 0, END.length)
                // The first line ends like the last one does: at least one more line must follow it.
                && end > 2 * (BEGIN.length + END.length);
    }
}
