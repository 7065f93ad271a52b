package dev.baton.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.util.Base64;

/** Any text: refused as no key, or a key that is read again as itself from the form that the JDK writes. */
class PemKeyFuzzTest {
    @FuzzTest
    void pemKey(byte[] input) throws GeneralSecurityException {
        PrivateKey key;
        try {
            key = PemKey.read(new String(input, StandardCharsets.ISO_8859_1));
        } catch (GeneralSecurityException refused) {
            return;
        }
        String written = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(key.getEncoded()) + "\n-----END PRIVATE KEY-----\n";
        assertThat(PemKey.read(written).getEncoded()).isEqualTo(key.getEncoded());
    }
}
