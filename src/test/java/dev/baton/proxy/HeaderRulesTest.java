package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What passes and what does not, seen by a program that echoes the octets it got. */
final class HeaderRulesTest {

    private static String seen(String head) {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo())) {
            return proxy.connect().send(head).response().text();
        }
    }

    @Test
    void pathAndQueryPassByteByByte() {
        assertThat(seen("GET /a/../b%2Fc//d;x?y=1;z&%zz HTTP/1.1\r\nHost: h\r\n\r\n"))
                .startsWith("GET /a/../b%2Fc//d;x?y=1;z&%zz HTTP/1.1\n");
    }

    @Test
    void octetsBeyondAsciiInThePathArePercentEncodedAndInFieldsPass() {
        assertThat(seen("GET /\u00e4 HTTP/1.1\r\nHost: h\r\nX-Name: M\u00fcller\r\n\r\n"))
                .startsWith("GET /%E4 HTTP/1.1\n")
                .contains("X-Name: M\u00fcller\n");
    }

    @Test
    void trailersAreAnnouncedInOneFieldInGosOrderAndSpelling() {
        String post = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n";
        String end = "\r\n0\r\n\r\n";
        assertThat(seen(post + "Trailer: x-SUM, ,x-Other\r\nTrailer: a b,x-sum\r\n" + end)
                        .lines())
                .filteredOn(line -> line.startsWith("Trailer:"))
                .containsExactly("Trailer: X-Other,X-Sum,a b");
        assertThat(seen(post + "Trailer: ,\r\n" + end)).doesNotContain("Trailer:");
    }

    @Test
    void hopByHopFieldsAndThoseThatConnectionNamesAreRemoved() {
        String seen = seen(Wire.lines(
                        "GET / HTTP/1.1",
                        "Host: h",
                        "Connection: keep-alive, X-Private , Content-Length",
                        "X-Private: 1",
                        "X-Public: 2",
                        "Keep-Alive: 5",
                        "Proxy-Connection: x",
                        "Proxy-Authenticate: x",
                        "Proxy-Authorization: x",
                        "Trailer: T",
                        "Upgrade: foo",
                        "Content-Length: 3",
                        "")
                + "abc");
        assertThat(seen)
                .contains("X-Public: 2", "Content-Length: 3", "\n\nabc")
                .doesNotContainIgnoringCase("connection:")
                .doesNotContainIgnoringCase("x-private")
                .doesNotContainIgnoringCase("keep-alive")
                .doesNotContainIgnoringCase("proxy-")
                .doesNotContainIgnoringCase("trailer:")
                .doesNotContainIgnoringCase("upgrade");
    }

    @Test
    void aLengthIsSaidInItsShortestFormAndZeroOnlyWhereABodyIsUsual() {
        assertThat(seen("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 00\r\n\r\n"))
                .doesNotContainIgnoringCase("content-length");
        assertThat(seen("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 00\r\n\r\n"))
                .containsIgnoringCase("\ncontent-length: 0\n");
        assertThat(seen("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 003\r\n\r\nabc"))
                .containsIgnoringCase("\ncontent-length: 3\n");
    }

    @Test
    void teIsKeptAsTrailersOnly() {
        assertThat(seen("GET / HTTP/1.1\r\nHost: h\r\nTE: gzip, trailers;q=1, trailers\r\n\r\n"))
                .containsIgnoringCase("\nte: trailers\n")
                .doesNotContain("gzip");
        assertThat(seen("GET / HTTP/1.1\r\nHost: h\r\nTE: gzip\r\n\r\n")).doesNotContainIgnoringCase("\nte:");
    }

    @Test
    void theClientsAddressIsAppendedToForwardedFor() {
        assertThat(seen("GET / HTTP/1.1\r\nHost: h\r\n\r\n")).containsIgnoringCase("\nx-forwarded-for: 127.0.0.1\n");
        assertThat(seen("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2\r\n\r\n"))
                .containsIgnoringCase("\nx-forwarded-for: 1.1.1.1, 2.2.2.2, 127.0.0.1\n")
                .containsOnlyOnce("2.2.2.2, 127.0.0.1");
    }

    @Test
    void forwardedIsMadeOfTheOlderFieldsWhereItIsMissing() {
        assertThat(RequestShim.forwarded("1.1.1.1", "h", "https")).isEqualTo("for=1.1.1.1;host=h;proto=https");
        assertThat(RequestShim.forwarded("1.1.1.1, 2.2.2.2 ,::1", "", "http"))
                .isEqualTo("for=1.1.1.1;proto=http, for=2.2.2.2, for=\"[::1]\"");
        assertThat(RequestShim.forwarded("", "h", "")).isEqualTo("host=h");
        assertThat(seen("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Proto: https\r\n\r\n"))
                .containsIgnoringCase("\nforwarded: for=1.1.1.1;proto=https\n");
        assertThat(seen("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.1.1.1\r\nForwarded: for=x\r\n\r\n"))
                .contains("\nForwarded: for=x\n")
                .doesNotContain("for=1.1.1.1");
        assertThat(seen("GET / HTTP/1.1\r\nHost: h\r\n\r\n")).doesNotContainIgnoringCase("\nforwarded:");
    }

    @Test
    void knativesRoutingFieldsAreRemovedAndOthersKept() {
        assertThat(seen(Wire.lines(
                        "GET / HTTP/1.1",
                        "Host: h",
                        "Knative-Serving-Revision: r",
                        "Knative-Serving-Namespace: n",
                        "K-Proxy-Request: activator",
                        "Knative-Serving-Tag: t",
                        "")))
                .doesNotContain("Knative-Serving-Revision", "Knative-Serving-Namespace")
                .contains("K-Proxy-Request: activator", "Knative-Serving-Tag: t");
    }

    @Test
    void theOriginalHostComesBack() {
        assertThat(seen("GET / HTTP/1.1\r\nHost: h\r\nK-Original-Host: real.example\r\n\r\n"))
                .containsIgnoringCase("\nhost: real.example\n")
                .doesNotContain("K-Original-Host", "Host: h");
        assertThat(seen("GET / HTTP/1.1\r\nHost: h\r\nK-Original-Host:\r\n\r\n"))
                .contains("\nHost: h\n");
    }

    @Test
    void aPathWithCharactersThatMustNotBeThereIsEncoded() {
        assertThat(seen("GET /{a}'%2F?{b}' HTTP/1.1\r\nHost: h\r\n\r\n"))
                .startsWith("GET /%7Ba%7D%27%2F?{b}' HTTP/1.1\n");
        assertThat(seen("GET /a!'()*[]:@ HTTP/1.1\r\nHost: h\r\n\r\n")).startsWith("GET /a!'()*[]:@ HTTP/1.1\n");
        assertThat(seen("GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n")).startsWith("GET /a%23b HTTP/1.1\n");
    }

    @Test
    void aPostWithoutBodySaysSo() {
        assertThat(seen("POST / HTTP/1.1\r\nHost: h\r\n\r\n")).containsIgnoringCase("\ncontent-length: 0\n");
        assertThat(seen("DELETE / HTTP/1.1\r\nHost: h\r\n\r\n")).doesNotContainIgnoringCase("content-length");
    }

    @Test
    void anEmptyHostBecomesTheProgramsOwn() {
        assertThat(seen("GET / HTTP/1.1\r\nHost:\r\n\r\n")).containsIgnoringCase("\nhost: 127.0.0.1:");
    }

    @Test
    void absoluteFormBecomesOriginFormAndItsAuthorityTheHost() {
        assertThat(seen("GET http://other.example:81/x?y HTTP/1.1\r\nHost: h\r\n\r\n"))
                .startsWith("GET /x?y HTTP/1.1\n")
                .containsIgnoringCase("\nhost: other.example:81\n")
                .doesNotContain("Host: h");
        assertThat(seen("GET http://other.example?y HTTP/1.1\r\nHost: h\r\n\r\n"))
                .startsWith("GET /?y HTTP/1.1\n");
    }

    @Test
    void aClientOfOldSpeaksThroughANewRequest() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo())) {
            Wire.Message response =
                    proxy.connect().send("GET / HTTP/1.0\r\n\r\n").response();
            assertThat(response.startLine()).isEqualTo("HTTP/1.0 200 OK");
            assertThat(response.text())
                    .startsWith("GET / HTTP/1.1\n")
                    .containsIgnoringCase("\nhost: 127.0.0.1:" + proxy.program.port());
            assertThat(response.has("Connection")).isFalse();
        }
    }

    @Test
    void nothingIsAddedThatTheClientDidNotSend() {
        assertThat(seen("GET / HTTP/1.1\r\nHost: h\r\n\r\n"))
                .isEqualTo("GET / HTTP/1.1\nHost: h\nX-Forwarded-For: 127.0.0.1\n\n");
    }

    @Test
    void aResponseLosesItsHopByHopFieldsAndGainsNone() {
        String response200 = Wire.lines(
                        "HTTP/1.1 200 Fine",
                        "Connection: X-Private",
                        "X-Private: 1",
                        "Keep-Alive: x",
                        "Proxy-Authenticate: x",
                        "Upgrade: x",
                        "X-Public: 2",
                        "Baton-Error: pull-failed; reached=no",
                        "Content-Length: 2",
                        "")
                + "ok";
        try (ProxyFixture proxy = new ProxyFixture(Program.answering(response200))) {
            Wire.Message response = proxy.get("/");
            assertThat(response.startLine()).isEqualTo("HTTP/1.1 200 OK");
            assertThat(response.undated()).containsExactly("X-Public: 2", "Content-Length: 2");
        }
    }
}
