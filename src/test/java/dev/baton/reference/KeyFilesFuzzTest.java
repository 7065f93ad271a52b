package dev.baton.reference;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Any content of the files that keys come from: a key as it was written, or a complaint that repeats nothing of it. */
class KeyFilesFuzzTest {
    private static final String GOOD = Base64.getEncoder().encodeToString(new byte[Key.BYTES]);

    private static Path folder;

    @BeforeAll
    static void makeFolder() throws IOException {
        folder = Files.createTempDirectory("keys");
        Files.writeString(folder.resolve("good"), GOOD);
    }

    @AfterAll
    static void removeFolder() throws IOException {
        for (String name : new String[] {"good", "other", "current"}) {
            Files.deleteIfExists(folder.resolve(name));
        }
        Files.delete(folder);
    }

    /** @param input what the file {@code current} has, a zero octet, and what a key's file has */
    @FuzzTest
    void keyFiles(byte[] input) throws IOException {
        int zero = 0;
        while (zero < input.length && input[zero] != 0) {
            zero++;
        }
        byte[] current = Arrays.copyOf(input, zero);
        byte[] key = Arrays.copyOfRange(input, Math.min(zero + 1, input.length), input.length);
        Files.write(folder.resolve("current"), current);
        Files.write(folder.resolve("other"), key);

        KeySource.Found found = new KeyDirectory(folder).read();
        String text = new String(key, StandardCharsets.ISO_8859_1);
        boolean sound = found.keys().stream().anyMatch(each -> each.id().equals("other"));
        assertThat(found.whole()).isTrue();
        assertThat(found.damaged().contains("other")).isEqualTo(!sound);
        assertThat(found.keys()).hasSize(sound ? 2 : 1);
        if (sound) {
            // Editors and shells put a line's end or something like it behind the key.
            byte[] bytes = Base64.getDecoder().decode(text.replaceAll("[\\x01- ]+\\z", ""));
            assertThat(bytes).hasSize(Key.BYTES);
        }
        String wanted = new String(current, StandardCharsets.ISO_8859_1).strip();
        boolean named = wanted.equals("good") || (sound && wanted.equals("other"));
        assertThat(found.current()).isEqualTo(named ? wanted : null);
        discreet(found, text);

        KeySource.Found serving = new ServingKeyFile(folder.resolve("other"), "ns").read();
        assertThat(serving.keys()).hasSizeBetween(0, 1);
        assertThat(serving.whole()).isEqualTo(!serving.keys().isEmpty());
        if (!serving.keys().isEmpty()) {
            assertThat(text).startsWith("-----BEGIN ").contains("PRIVATE KEY-----");
            assertThat(serving.current()).isEqualTo(serving.keys().getFirst().id());
        }
        discreet(serving, text);
        assertThat(KeyTable.merge(null, found, 1, 0, 1, new SecureRandom()).makeshift())
                .isEqualTo(!named);
    }

    private static void discreet(KeySource.Found found, String content) {
        for (String problem : found.problems()) {
            if (content.length() > 20) {
                assertThat(problem).doesNotContain(content);
            }
        }
    }
}
