package dev.baton.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MuxTargetTest {
    private static FullHttpResponse redirection(String method, String target) {
        var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), target);
        return MuxTarget.of(target).redirection(request);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/metrics",
                "/metrics?a=//b/../c",
                "/%6detrics",
                "/%6D%65trics?",
                "http://h/metrics",
                "https://h:1/metrics?x"
            })
    @DisplayName("a path is found in whatever spelling")
    void found(String target) {
        assertThat(MuxTarget.of(target).is("/metrics")).isTrue();
        assertThat(redirection("GET", target)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/metricsx",
                "/metrics/",
                "/Metrics",
                "/metrics%2F",
                "/metrics%20",
                "/x?/metrics",
                "http://metrics",
                "h:80",
                "/a/%6detrics"
            })
    @DisplayName("and only that path")
    void notFound(String target) {
        assertThat(MuxTarget.of(target).is("/metrics")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "//,/",
        "/.,/",
        "/..,/",
        "//metrics,/metrics",
        "/metrics//,/metrics/",
        "/metrics/.,/metrics",
        "/metrics/./,/metrics/",
        "/a/../../b,/b",
        "/a/b/..,/a",
        "/a//b?c=//d&e,/a/b?c=//d&e",
        "/a//b?,/a/b",
        "http://h,/",
        "http://h?x,/?x",
        "http://h//x,/x",
        "//a%20b,/a%2520b",
        "//a!b,/a%21b",
    })
    @DisplayName("who asks for a path with empty or dot segments is sent to the clean one")
    void sentOn(String target, String location) {
        assertThat(redirection("GET", target).headers().get("location")).isEqualTo(location);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/x", "/x/", "/...", "/.x", "/..x/y.", "/%2e%2e/x", "/x?a//b/../c", "/x;y=1", "/x\\..\\y"})
    @DisplayName("who asks for a clean one is not")
    void clean(String target) {
        assertThat(redirection("GET", target)).isNull();
    }

    @Test
    @DisplayName("the answer to a GET has a link, in which nothing of the target is markup; other methods have no text")
    void text() {
        var get = redirection("GET", "//x?a=<b>&\"c'");
        assertThat(get.content().toString(ISO_8859_1))
                .isEqualTo("<a href=\"/x?a=&lt;b&gt;&amp;&#34;c&#39;\">Temporary Redirect</a>.\n\n");
        assertThat(get.headers().get("content-type")).isEqualTo("text/html; charset=utf-8");
        var post = redirection("POST", "//x");
        assertThat(post.content().readableBytes()).isZero();
        assertThat(post.headers().get("content-type")).isNull();
        assertThat(redirection("CONNECT", "//x")).isNull();
    }
}
