package dev.baton.reference;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A folder, usually a mounted Secret: one file for each key, named after its id, with 32 bytes in base64, and {@code current},
 * which names the key to seal with. Names that begin with a dot are Kubernetes' own and passed over.
 */
final class KeyDirectory implements KeySource {
    private static final String CURRENT = "current";

    /** More than anyone rotates within the longest life of an object. */
    private static final int MOST_KEYS = 32;

    private final Path directory;

    KeyDirectory(Path directory) {
        this.directory = directory;
    }

    @Override
    public boolean changes() {
        return true;
    }

    @Override
    public Found read() {
        List<Key> keys = new ArrayList<>();
        Set<String> damaged = new HashSet<>();
        List<String> problems = new ArrayList<>();
        boolean whole = true;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.startsWith(".") || name.equals(CURRENT)) {
                    continue;
                }
                if (keys.size() == MOST_KEYS) {
                    problems.add("keys directory: more than " + MOST_KEYS + " keys, the others are not read");
                    whole = false;
                    break;
                }
                read(file, name, keys, damaged, problems);
            }
        } catch (IOException | DirectoryIteratorException e) {
            problems.add("keys directory: cannot be listed");
            whole = false;
        }
        return new Found(keys, damaged, current(keys, problems), whole, problems);
    }

    private static void read(Path file, String name, List<Key> keys, Set<String> damaged, List<String> problems) {
        if (!Key.isId(name, 0, name.length())) {
            problems.add("keys directory: a file whose name is no key id (1 to " + Key.ID_CHARACTERS
                    + " letters, digits, - and _) is passed over");
            return;
        }
        byte[] text = KeyFile.read(file);
        byte[] bytes = text == null ? null : decode(text);
        if (bytes == null || bytes.length != Key.BYTES) {
            damaged.add(name);
            problems.add("keys directory: key " + name + " is not " + (text == null ? "readable" : "32 bytes in base64")
                    + "; what was known of it stays in use");
            return;
        }
        keys.add(new Key(name, bytes));
        Key.wipe(bytes);
    }

    private @Nullable String current(List<Key> keys, List<String> problems) {
        byte[] text = KeyFile.read(directory.resolve(CURRENT));
        String id = text == null ? "" : new String(text, StandardCharsets.ISO_8859_1).strip();
        for (Key key : keys) {
            if (key.id().equals(id)) {
                return id;
            }
        }
        problems.add("keys directory: current " + (id.isEmpty() ? "is missing or empty" : "names no usable key")
                + "; the last one stays in use");
        return null;
    }

    private static byte @Nullable [] decode(byte[] text) {
        int end = text.length;
        while (end > 0 && text[end - 1] <= ' ' && text[end - 1] > 0) {
            end--;
        }
        try {
            return Base64.getDecoder().decode(Arrays.copyOf(text, end));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
