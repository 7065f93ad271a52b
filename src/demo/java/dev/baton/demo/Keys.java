package dev.baton.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;

/** The sealing key that both sidecars share: what a Secret would mount into them. */
final class Keys {
    private static final int BYTES = 32;

    private Keys() {}

    /** Writes a key directory with one new key into the run's folder, which nobody else can read. */
    static void write(Path folder) throws IOException {
        byte[] key = new byte[BYTES];
        new SecureRandom().nextBytes(key);
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("k1"), Base64.getEncoder().encodeToString(key) + "\n");
        Files.writeString(keys.resolve("current"), "k1\n");
    }
}
