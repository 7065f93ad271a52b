package dev.baton.reference;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Small files that another process may replace at any moment. */
final class KeyFile {
    private static final int MOST_BYTES = 64 << 10;

    private KeyFile() {}

    /** The content, or null if it cannot be read or is too large for a key. */
    static byte @Nullable [] read(Path file) {
        // Opening a pipe would block for its writer.
        if (!Files.isRegularFile(file)) {
            return null;
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            return bytes.length > MOST_BYTES ? null : bytes;
        } catch (IOException e) {
            // Its message may show a path only, but the caller names the file anyway.
            return null;
        }
    }
}
