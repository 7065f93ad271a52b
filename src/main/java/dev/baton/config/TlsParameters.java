package dev.baton.config;

import java.util.List;

/**
 * What a TLS listener accepts.
 *
 * @param versions in the JDK's spelling: {@code TLSv1.2}, {@code TLSv1.3}
 * @param cipherSuites for TLS 1.2 only, in the JDK's spelling; empty for the default ones
 * @param groups named groups in the JDK's spelling ({@code x25519}, {@code secp256r1}); empty for the default ones
 */
public record TlsParameters(List<String> versions, List<String> cipherSuites, List<String> groups) {}
