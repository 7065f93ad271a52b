package dev.baton.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file that is passed between the pods. Hashing it also brings it into the page cache, so that no step waits for a disk. */
record Input(Path file, long bytes, String sha256) {
    /** @throws IOException with a message for the user if it is not a file that can be read */
    static Path check(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new IOException("no such file: " + file);
        }
        if (!Files.isRegularFile(file)) {
            throw new IOException("not a regular file: " + file);
        }
        if (!Files.isReadable(file)) {
            throw new IOException("cannot read: " + file);
        }
        return file.toAbsolutePath().normalize();
    }

    /** Reads the whole file. */
    static Input of(Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            Seen seen = Seen.of(bytes);
            return new Input(file, seen.bytes(), seen.sha256());
        }
    }

    /** A large real file that every machine with a JDK has. */
    static Path standard() {
        return Path.of(System.getProperty("java.home"), "lib", "modules");
    }
}
