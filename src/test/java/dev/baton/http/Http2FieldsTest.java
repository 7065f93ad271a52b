package dev.baton.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.Http2Headers;
import org.junit.jupiter.api.Test;

class Http2FieldsTest {
    @Test
    void crumbsOfACookieHaveNoBlanksAround() {
        HttpHeaders headers = new DefaultHttpHeaders().add("Cookie", "a=1 ;\tb=2;;c=3; ");
        Http2Headers written = Http2Fields.write(headers);
        assertThat(written.getAll("cookie")).map(CharSequence::toString).containsExactly("a=1", "b=2", "c=3");
        assertThat(Http2Fields.read(written).get("cookie")).isEqualTo("a=1; b=2; c=3");
    }
}
