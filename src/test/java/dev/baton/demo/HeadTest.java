package dev.baton.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HeadTest {
    @Test
    void goesOnAsAnActivatorWouldSendIt() {
        Head head = Head.parse(
                """
                POST /a%2Fb?x=y HTTP/1.1\r
                host: 10.0.0.1\r
                Connection: close, X-Hop\r
                X-Hop: 1\r
                Keep-Alive: 5\r
                X-Forwarded-For: 10.9.9.9\r
                Content-Length: 3\r
                X-Custom: kept as it is""");
        assertThat(new String(head.viaActivator("10.0.0.7").bytes(), StandardCharsets.ISO_8859_1))
                .isEqualTo(
                        """
                        POST /a%2Fb?x=y HTTP/1.1\r
                        host: 10.0.0.1\r
                        Content-Length: 3\r
                        X-Custom: kept as it is\r
                        X-Forwarded-For: 10.9.9.9, 10.0.0.7\r
                        X-Forwarded-Proto: http\r
                        K-Proxy-Request: activator\r
                        \r
                        """);
    }

    @Test
    void framingIsReadInAnyCase() {
        Head head = Head.parse("HTTP/1.1 204 No Content\r\nTRANSFER-ENCODING: gzip, Chunked\r\ncontent-length:  12 ");
        assertThat(head.status()).isEqualTo(204);
        assertThat(head.chunked()).isTrue();
        assertThat(head.length()).isEqualTo(12);
        assertThat(head.first("absent")).isNull();
    }
}
