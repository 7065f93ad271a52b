package dev.baton.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkScannerTest {
    private static final String BODY =
            """
            5;name=value\r
            hello\r
            1A\r
            abcdefghijklmnopqrstuvwxyz\r
            0\r
            Checksum: 1\r
            Other: 2\r
            \r
            """;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000})
    void findsTheEndHoweverTheBytesArrive(int piece) {
        byte[] bytes = (BODY + "GET / HTTP/1.1\r\n").getBytes(StandardCharsets.US_ASCII);
        ChunkScanner scanner = new ChunkScanner();
        int at = 0;
        while (!scanner.done()) {
            ByteBuffer next = ByteBuffer.wrap(bytes, at, Math.min(piece, bytes.length - at));
            scanner.scan(next);
            at = next.position();
        }
        assertThat(at).isEqualTo(BODY.length());
    }

    @Test
    void anEmptyBodyIsAsShortAsItGets() {
        ChunkScanner scanner = new ChunkScanner();
        scanner.scan(ByteBuffer.wrap("0\r\n\r".getBytes(StandardCharsets.US_ASCII)));
        assertThat(scanner.done()).isFalse();
        scanner.scan(ByteBuffer.wrap("\n".getBytes(StandardCharsets.US_ASCII)));
        assertThat(scanner.done()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "g\r\n", "-1\r\n", ";x\r\n", "1000000000000000000\r\n"})
    void whatIsNoSizeIsRefused(String body) {
        ByteBuffer bytes = ByteBuffer.wrap(body.getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> new ChunkScanner().scan(bytes)).isInstanceOf(IllegalArgumentException.class);
    }
}
