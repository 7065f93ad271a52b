package dev.baton.tls;

import dev.baton.tls.ServerTls.Accepted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.function.Supplier;

/**
 * A certificate and its key in files that are replaced from time to time: gives what the files held when they were last seen
 * sound. {@link #refresh} by one thread, {@link #get} by any.
 */
public final class ReloadedTls implements Supplier<ServerTls> {
    private final Path certificate;
    private final Path key;
    private final Accepted accepted;

    private byte[] certificateHash = {};
    private byte[] keyHash = {};
    private volatile ServerTls current;

    /**
     * Reads the files. Blocks.
     *
     * @throws IOException if one cannot be read
     * @throws GeneralSecurityException if they hold no certificate with its key
     */
    public ReloadedTls(Path certificate, Path key, Accepted accepted) throws IOException, GeneralSecurityException {
        this.certificate = certificate;
        this.key = key;
        this.accepted = accepted;
        byte[] chain = Files.readAllBytes(certificate);
        byte[] secret = Files.readAllBytes(key);
        current = ServerTls.of(chain, secret, null, accepted);
        certificateHash = hash(chain);
        keyHash = hash(secret);
    }

    /**
     * Reads the files again. After an error the certificate so far stays, and the next call tries anew. Blocks.
     *
     * @return whether they have changed, and new connections are shown what they hold now
     */
    public boolean refresh() throws IOException, GeneralSecurityException {
        byte[] chain = Files.readAllBytes(certificate);
        byte[] secret = Files.readAllBytes(key);
        byte[] chainHash = hash(chain);
        byte[] secretHash = hash(secret);
        if (MessageDigest.isEqual(chainHash, certificateHash) && MessageDigest.isEqual(secretHash, keyHash)) {
            return false;
        }
        current = ServerTls.of(chain, secret, null, accepted);
        certificateHash = chainHash;
        keyHash = secretHash;
        return true;
    }

    private static byte[] hash(byte[] file) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(file);
    }

    @Override
    public ServerTls get() {
        return current;
    }
}
