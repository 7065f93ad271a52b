package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.floods.Block;
import dev.baton.floods.RawHttp2;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Test 31: 1xx, 204 and 304 with a body, and responses that try to be two. Whatever the user's program answers stays within the one
 * answer, and the next request, on the same connection of the client, gets its own.
 */
final class HostileProgramTest {
    private static final String POISON = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nX-Poison: 1\r\n\r\npoison";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    /** Answers {@code /trick} with these octets, all else properly, on as many connections as are opened. */
    private static Program tricking(String octets) {
        return new Program(wire -> {
            while (true) {
                wire.send(wire.request().target().equals("/trick") ? octets : OK);
            }
        });
    }

    private static Arguments answered(String what, int status, String body, String... octets) {
        return Arguments.of(what, status, body, String.join("\r\n", octets));
    }

    /** What is left is one sound response: its status and its body. */
    static Stream<Arguments> sound() {
        String early = "HTTP/1.1 103 Early Hints";
        return Stream.of(
                answered("204 with a length", 204, "", "HTTP/1.1 204 No Content", "Content-Length: 6", "", "poison"),
                answered("204 with a response", 204, "", "HTTP/1.1 204 No Content", "", POISON),
                answered(
                        "204 in chunks",
                        204,
                        "",
                        "HTTP/1.1 204 No Content",
                        "Transfer-Encoding: chunked",
                        "",
                        "6",
                        "poison",
                        "0",
                        "",
                        ""),
                answered("304 with a length", 304, "", "HTTP/1.1 304 Not Modified", "Content-Length: 6", "", "poison"),
                answered("304 with a response", 304, "", "HTTP/1.1 304 Not Modified", "", POISON),
                answered(
                        "304 in chunks",
                        304,
                        "",
                        "HTTP/1.1 304 Not Modified",
                        "Transfer-Encoding: chunked",
                        "",
                        "6",
                        "poison",
                        "0",
                        "",
                        ""),
                answered("more than its length", 200, "ok", OK + POISON),
                answered("more than no length", 200, "", "HTTP/1.1 200 OK", "Content-Length: 0", "", POISON),
                answered(
                        "more than its chunks",
                        200,
                        "abc",
                        "HTTP/1.1 200 OK",
                        "Transfer-Encoding: chunked",
                        "",
                        "3",
                        "abc",
                        "0",
                        "",
                        POISON),
                answered("an interim answer behind the final one", 200, "ok", OK + early, "", "" + POISON),
                answered(
                        "a folded field",
                        200,
                        "ok",
                        "HTTP/1.1 200 OK",
                        "X: a",
                        " X-Poison: 1",
                        "Content-Length: 2",
                        "",
                        "ok"),
                answered("a blank in a name", 200, "ok", "HTTP/1.1 200 OK", "X Y: 1", "Content-Length: 2", "", "ok"),
                answered("a blank before the colon", 200, "ok", "HTTP/1.1 200 OK", "Content-Length : 2", "", "ok"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sound")
    void whatDoesNotBelongToTheResponseIsDropped(String what, int status, String body, String octets) {
        try (ProxyFixture proxy = new ProxyFixture(tricking(octets), "CONTAINER_CONCURRENCY", "1");
                Wire client = proxy.connect()) {
            client.request("GET", "/trick").request("GET", "/next");
            Wire.Message response = client.response();
            assertThat(response.status()).isEqualTo(status);
            assertThat(response.text()).isEqualTo(body);
            assertThat(response.has("X-Poison")).isFalse();
            assertThat(response.fields())
                    .noneMatch(field -> field.substring(0, field.indexOf(':')).contains(" "));
            assertThat(client.response().text()).isEqualTo("ok");
        }
    }

    private static Arguments senseless(String what, String... octets) {
        return Arguments.of(what, String.join("\r\n", octets));
    }

    /** What could be read in two ways, or carries a line's end to where the client would find one. */
    static Stream<Arguments> senseless() {
        String ok = "HTTP/1.1 200 OK";
        return Stream.of(
                senseless("103 with a body", "HTTP/1.1 103 Early Hints", "Content-Length: 6", "", "poison" + OK),
                senseless("100 with a body", "HTTP/1.1 100 Continue", "Content-Length: 6", "", "poison" + OK),
                senseless("a CR in a value", ok, "X: a\rX-Poison: 1", "Content-Length: 2", "", "ok"),
                senseless("a NUL in a value", ok, "X: a\u0000b", "Content-Length: 2", "", "ok"),
                senseless("a CR in a name", ok, "X\rX-Poison: 1", "Content-Length: 2", "", "ok"),
                senseless("a line without a colon", ok, "X-Poison", "Content-Length: 2", "", "ok"),
                senseless("no name", ok, ": X-Poison", "Content-Length: 2", "", "ok"),
                senseless("two lengths", ok, "Content-Length: 2", "Content-Length: 60", "", "ok"),
                senseless("two lengths in one field", ok, "Content-Length: 2, 60", "", "ok"),
                senseless("a negative length", ok, "Content-Length: -2", "", "ok"),
                senseless("a length with a sign", ok, "Content-Length: +2", "", "ok"),
                senseless("length and chunks", ok, "Content-Length: 2", "Transfer-Encoding: chunked", "", "0", "", ""),
                senseless("chunks and length", ok, "Transfer-Encoding: chunked", "Content-Length: 2", "", "0", "", ""),
                senseless("chunks twice", ok, "Transfer-Encoding: chunked, chunked", "", "0", "", ""),
                senseless("chunks and more", ok, "Transfer-Encoding: chunked, x", "", "0", "", ""),
                senseless("a switch nobody asked for", "HTTP/1.1 101 Switching Protocols", "", POISON),
                senseless("a status of two digits", "HTTP/1.1 20 OK", "Content-Length: 2", "", "ok"),
                senseless("a status of four digits", "HTTP/1.1 2000 OK", "Content-Length: 2", "", "ok"),
                senseless("another protocol", "ICY 200 OK", "Content-Length: 2", "", "ok"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("senseless")
    void whatCouldBeReadInTwoWaysIsABadGateway(String what, String octets) {
        try (ProxyFixture proxy = new ProxyFixture(tricking(octets), "CONTAINER_CONCURRENCY", "1");
                Wire client = proxy.connect()) {
            client.request("GET", "/trick").request("GET", "/next");
            Wire.Message response = client.response();
            while (response.status() < 200) {
                assertThat(response.fields()).as("of an interim answer").isEmpty();
                response = client.response();
            }
            assertThat(response.status()).isEqualTo(502);
            assertThat(response.has("X-Poison")).isFalse();
            assertThat(client.response().text()).isEqualTo("ok");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 6\r\n\r\npoison",
                "\r\npoison",
                "Transfer-Encoding: chunked\r\n\r\n6\r\npoison\r\n0\r\n\r\n"
            })
    void theResponseToAHeadHasNoBody(String rest) {
        try (ProxyFixture proxy =
                        new ProxyFixture(tricking("HTTP/1.1 200 OK\r\n" + rest), "CONTAINER_CONCURRENCY", "1");
                Wire client = proxy.connect()) {
            client.request("HEAD", "/trick").request("GET", "/next");
            assertThat(client.headResponse().status()).isEqualTo(200);
            assertThat(client.response().text()).isEqualTo("ok");
        }
    }

    /** Interim answers cost a program next to nothing; the limit on the whole request ends them. */
    @Test
    void interimAnswersWithoutEndAreEnded() {
        try (ProxyFixture proxy = new ProxyFixture(
                        new Program(wire -> {
                            wire.request();
                            while (true) {
                                wire.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
                            }
                        }),
                        "REVISION_TIMEOUT_SECONDS",
                        "1",
                        "CONTAINER_CONCURRENCY",
                        "1");
                Wire client = proxy.connect()) {
            client.request("GET", "/", "Connection: close");
            Wire.Message response = client.response();
            while (response.status() == 103) {
                response = client.response();
            }
            assertThat(response.status()).isEqualTo(504);
            assertThat(client.rest()).isEmpty();
        }
    }

    /** What a program that speaks HTTP/2 answers. */
    enum Trick {
        NO_CONTENT_WITH_A_BODY("204"),
        NOT_MODIFIED_WITH_A_BODY("304"),
        AN_INTERIM_ANSWER_AS_THE_LAST(""),
        A_SWITCH_OF_PROTOCOLS(""),
        NO_STATUS(""),
        TWO_STATUSES(""),
        A_STATUS_OF_TWO_DIGITS(""),
        A_STATUS_OF_LETTERS(""),
        A_LINES_END_IN_A_VALUE(""),
        A_NUL_IN_A_VALUE(""),
        A_LINES_END_IN_A_NAME(""),
        A_CAPITAL_IN_A_NAME(""),
        A_FIELD_OF_THE_CONNECTION(""),
        CHUNKS(""),
        A_PATH(""),
        LESS_THAN_ITS_LENGTH("200"),
        MORE_THAN_ITS_LENGTH("200"),
        TWO_LENGTHS(""),
        A_STATUS_IN_TRAILERS("200"),
        A_LINES_END_IN_TRAILERS("200");

        /** What may have gone out before the fault was seen; empty for nothing. */
        private final String begun;

        Trick(String begun) {
            this.begun = begun;
        }

        void play(ChannelHandlerContext stream) {
            switch (this) {
                case NO_CONTENT_WITH_A_BODY -> send(stream, head("204"));
                case NOT_MODIFIED_WITH_A_BODY -> send(stream, head("304"));
                case AN_INTERIM_ANSWER_AS_THE_LAST ->
                    stream.writeAndFlush(new DefaultHttp2HeadersFrame(head("103"), true));
                case A_SWITCH_OF_PROTOCOLS -> send(stream, head("101"));
                case NO_STATUS -> send(stream, new DefaultHttp2Headers(false));
                case TWO_STATUSES -> send(stream, head("200").add(":status", "204"));
                case A_STATUS_OF_TWO_DIGITS -> send(stream, head("20"));
                case A_STATUS_OF_LETTERS -> send(stream, head("2ok"));
                case A_LINES_END_IN_A_VALUE -> send(stream, head("200").add("x", "a\r\nx-poison: 1"));
                case A_NUL_IN_A_VALUE -> send(stream, head("200").add("x", "a\u0000b"));
                case A_LINES_END_IN_A_NAME -> send(stream, head("200").add("x\r\nx-poison", "1"));
                case A_CAPITAL_IN_A_NAME -> send(stream, head("200").add("X-Poison", "1"));
                case A_FIELD_OF_THE_CONNECTION -> send(stream, head("200").add("connection", "close"));
                case CHUNKS -> send(stream, head("200").add("transfer-encoding", "chunked"));
                case A_PATH -> send(stream, head("200").add(":path", "/"));
                case LESS_THAN_ITS_LENGTH -> send(stream, head("200").add("content-length", "7"));
                case MORE_THAN_ITS_LENGTH -> send(stream, head("200").add("content-length", "5"));
                case TWO_LENGTHS ->
                    send(stream, head("200").add("content-length", "6").add("content-length", "7"));
                case A_STATUS_IN_TRAILERS -> trailers(stream, head("404"));
                case A_LINES_END_IN_TRAILERS ->
                    trailers(stream, new DefaultHttp2Headers(false).add("x", "a\r\nx-poison: 1"));
            }
        }

        private static Http2Headers head(String status) {
            return new DefaultHttp2Headers(false).status(status);
        }

        private static DefaultHttp2DataFrame poison(boolean last) {
            return new DefaultHttp2DataFrame(Unpooled.copiedBuffer("poison", StandardCharsets.ISO_8859_1), last);
        }

        private static void send(ChannelHandlerContext stream, Http2Headers head) {
            stream.write(new DefaultHttp2HeadersFrame(head, false));
            stream.writeAndFlush(poison(true));
        }

        private static void trailers(ChannelHandlerContext stream, Http2Headers trailers) {
            stream.write(new DefaultHttp2HeadersFrame(head("200"), false));
            stream.write(poison(false));
            stream.writeAndFlush(new DefaultHttp2HeadersFrame(trailers, true));
        }
    }

    @ParameterizedTest
    @EnumSource
    void overHttp2TooNothingOfItLooksWhole(Trick trick) {
        Http2Program.Behaviour tricking = (program, stream, head, body) -> {
            if ("/trick".contentEquals(String.valueOf(head.path()))) {
                trick.play(stream);
            } else {
                program.ok(stream, "ok");
            }
        };
        try (Http2Program program = new Http2Program(tricking);
                ProxyFixture proxy = new ProxyFixture(program.port(), "CONTAINER_CONCURRENCY", "1");
                RawHttp2 wire = RawHttp2.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port()))) {
            StreamReader client = new StreamReader(wire);
            wire.send(RawHttp2.headers(1, true, Block.get("/trick")));
            StreamReader.Answer answer = client.answer(1);
            wire.send(RawHttp2.headers(3, true, Block.get("/next")));

            assertThat(client.answer(3)).isEqualTo(new StreamReader.Answer("200", "ok", -1));
            if (trick == Trick.NO_CONTENT_WITH_A_BODY || trick == Trick.NOT_MODIFIED_WITH_A_BODY) {
                assertThat(answer).isEqualTo(new StreamReader.Answer(trick.begun, "", -1));
            } else if (answer.reset() == -1) {
                assertThat(answer.status())
                        .as("of an answer that ends in order")
                        .isEqualTo("502");
            }
            assertThat(answer.status()).isIn("", "502", trick.begun);
            assertThat(client.heads).allSatisfy(head -> {
                assertThat(head.names()).doesNotContain("x-poison", "X-Poison", "connection", "transfer-encoding");
                head.forEach(field ->
                        assertThat(field.getKey().toString() + field.getValue()).doesNotContain("\r", "\n", "\u0000"));
            });
        }
    }
}
