package dev.baton.tls;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;

/**
 * A private key from PEM text (RFC 7468), in any form that Go's {@code tls.X509KeyPair} takes: PKCS#8 (RFC 5958), and the older
 * RSA (RFC 8017) and EC (RFC 5915) forms, which the JDK reads only inside PKCS#8. Never encrypted. Pure.
 */
final class PemKey {
    private static final byte[] VERSION_0 = {2, 1, 0};
    private static final byte[] RSA = {
        0x30, 13, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 13, 1, 1, 1, 5, 0
    };
    private static final byte[] EC_KEY_TYPE = {6, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 4;
    private static final int EC_PARAMETERS = 0xa0;

    private PemKey() {}

    /** @throws GeneralSecurityException if there is no key in the text, or none that can be used */
    static PrivateKey read(String pem) throws GeneralSecurityException {
        int at = 0;
        while ((at = pem.indexOf("-----BEGIN ", at)) >= 0) {
            int nameEnd = pem.indexOf("-----", at + 11);
            if (nameEnd < 0) {
                break;
            }
            String name = pem.substring(at + 11, nameEnd);
            int end = pem.indexOf("-----END " + name + "-----", nameEnd + 5);
            if (end < 0) {
                break;
            }
            byte[] key = name.endsWith("PRIVATE KEY") ? octets(pem, nameEnd, end) : new byte[0];
            PrivateKey found =
                    switch (name) {
                        case "PRIVATE KEY" -> decode(key);
                        case "RSA PRIVATE KEY" -> decode(pkcs8(RSA, key));
                        case "EC PRIVATE KEY" -> decode(pkcs8(der(SEQUENCE, EC_KEY_TYPE, curve(key)), key));
                        default -> null;
                    };
            if (found != null) {
                return found;
            }
            at = end;
        }
        throw new InvalidKeySpecException("no private key in PEM form");
    }

    private static byte[] octets(String pem, int nameEnd, int end) throws InvalidKeySpecException {
        try {
            return Base64.getMimeDecoder()
                    .decode(pem.substring(nameEnd + 5, end).strip().getBytes(StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new InvalidKeySpecException("the private key is not base64", e);
        }
    }

    private static PrivateKey decode(byte[] pkcs8) throws GeneralSecurityException {
        InvalidKeySpecException last = new InvalidKeySpecException("the private key is of no known kind");
        for (String algorithm : new String[] {"RSA", "EC", "EdDSA"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                last = e;
            }
        }
        throw last;
    }

    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return der(SEQUENCE, VERSION_0, algorithm, der(OCTET_STRING, key));
    }

    /** The curve's identifier out of an ECPrivateKey: its third element, behind version and secret. */
    private static byte[] curve(byte[] key) throws InvalidKeySpecException {
        int at = content(key, 0);
        for (int i = 0; i < 2; i++) {
            at = content(key, at) + length(key, at);
        }
        if (at >= key.length || (key[at] & 0xff) != EC_PARAMETERS) {
            throw new InvalidKeySpecException("the EC private key names no curve");
        }
        int from = content(key, at);
        int to = from + length(key, at);
        if (to > key.length) {
            throw new InvalidKeySpecException("the EC private key is cut short");
        }
        return Arrays.copyOfRange(key, from, to);
    }

    private static int content(byte[] der, int at) throws InvalidKeySpecException {
        length(der, at);
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first - 0x80);
    }

    private static int length(byte[] der, int at) throws InvalidKeySpecException {
        if (at < 0 || at + 1 >= der.length) {
            throw new InvalidKeySpecException("the EC private key is cut short");
        }
        int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int octets = first - 0x80;
        if (octets < 1 || octets > 2 || at + 1 + octets >= der.length) {
            throw new InvalidKeySpecException("the EC private key has a bad length");
        }
        int length = 0;
        for (int i = 0; i < octets; i++) {
            length = (length << 8) | (der[at + 2 + i] & 0xff);
        }
        return length;
    }

    private static byte[] der(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        var out = new ByteArrayOutputStream(length + 4);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        }
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
