package dev.baton.demo;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a function saw of a body: its length, its SHA-256, and how long the hashing alone took, in nanoseconds.
 * Hashing happens between two reads, so it is part of every time that the functions report.
 */
record Seen(long bytes, String sha256, long hashNanos) {
    private static final int CHUNK = 256 * 1024;

    /** A buffer cannot span more than 2 GiB. */
    private static final long SLICE = 1L << 30;

    /** Reads the stream to its end in constant memory. Blocks; does not close the stream. */
    static Seen of(InputStream body) throws IOException {
        MessageDigest digest = newDigest();
        byte[] chunk = new byte[CHUNK];
        long bytes = 0;
        long hashNanos = 0;
        for (int n = body.read(chunk); n >= 0; n = body.read(chunk)) {
            long start = System.nanoTime();
            digest.update(chunk, 0, n);
            hashNanos += System.nanoTime() - start;
            bytes += n;
        }
        return new Seen(bytes, HexFormat.of().formatHex(digest.digest()), hashNanos);
    }

    /** Reads memory. */
    static Seen of(MemorySegment memory) {
        MessageDigest digest = newDigest();
        long start = System.nanoTime();
        for (long at = 0; at < memory.byteSize(); at += SLICE) {
            digest.update(
                    memory.asSlice(at, Math.min(SLICE, memory.byteSize() - at)).asByteBuffer());
        }
        String sha256 = HexFormat.of().formatHex(digest.digest());
        return new Seen(memory.byteSize(), sha256, System.nanoTime() - start);
    }

    /** The three values as lines {@code name=value}, the sample functions' plain answer. */
    String lines() {
        return "bytes=" + bytes + "\nsha256=" + sha256 + "\nhash_ns=" + hashNanos + "\n";
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
