package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import dev.baton.floods.Block;
import dev.baton.floods.RawHttp2;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests 29 and 30: HTTP/2 on the main port, frame by frame. What is malformed, how it is upgraded to, and what a failing program
 * makes of it.
 */
final class Http2FrontTest {
    private static final int LIMIT_MILLIS = (int) Await.LIMIT.toMillis();
    private static final int PROTOCOL_ERROR = 1;
    private static final int INTERNAL_ERROR = 2;

    private static RawHttp2 connect(ProxyFixture proxy) {
        return RawHttp2.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port()));
    }

    private static Block block(String... fields) {
        Block block = new Block();
        for (int i = 0; i < fields.length; i += 2) {
            block.field(fields[i], fields[i + 1]);
        }
        return block;
    }

    private static Stream<Arguments> malformed() {
        List<Arguments> cases = new ArrayList<>();
        String[][] fields = {
            {"x", "a\r\nHost: other"},
            {"x", "a\nb"},
            {"x", "a\rb"},
            {"x", "a\u0000b"},
            {"x", " a"},
            {"x", "a\t"},
            {"Upper", "a"},
            {"a b", "c"},
            {"a:b", "c"},
            {"a\r\nb", "c"},
            {"", "c"},
            {"connection", "close"},
            {"connection", "x"},
            {"keep-alive", "timeout=1"},
            {"proxy-connection", "close"},
            {"transfer-encoding", "chunked"},
            {"upgrade", "websocket"},
            {"te", "gzip"},
            {"te", "trailers, gzip"},
            {"host", "other.test"},
            {"content-length", "5"},
            {"content-length", "-1"},
            {"content-length", "0x0"},
            {"content-length", "0, 1"},
            {":path", "/second"},
            {":status", "200"},
            {":unknown", "x"},
        };
        for (String[] field : fields) {
            cases.add(Arguments.of(field[0] + ": " + field[1], Block.get("/").field(field[0], field[1])));
        }
        cases.add(Arguments.of("no method", block(":scheme", "http", ":path", "/", ":authority", "a")));
        cases.add(Arguments.of("no path", block(":method", "GET", ":scheme", "http", ":authority", "a")));
        cases.add(Arguments.of("no scheme", block(":method", "GET", ":path", "/", ":authority", "a")));
        cases.add(Arguments.of("a path of nothing", Block.get("")));
        cases.add(Arguments.of("a path without a slash", Block.get("x")));
        cases.add(Arguments.of("a path with a line's end", Block.get("/ HTTP/1.1\r\nHost: x")));
        cases.add(Arguments.of("a path with a blank", Block.get("/a b")));
        cases.add(Arguments.of(
                "a method with a blank",
                block(":method", "GET /x", ":scheme", "http", ":path", "/", ":authority", "a")));
        cases.add(Arguments.of(
                "a host with a slash", block(":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a/b")));
        cases.add(Arguments.of(
                "a pseudo-header behind a field",
                block(":method", "GET", "x", "y", ":scheme", "http", ":path", "/", ":authority", "a")));
        return cases.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void aMalformedHeadIsResetAndReachesNobody(String what, Block head) {
        try (Http2Program program = new Http2Program("hello");
                ProxyFixture proxy = new ProxyFixture(program.port());
                RawHttp2 wire = connect(proxy)) {
            StreamReader client = new StreamReader(wire);
            wire.send(RawHttp2.headers(1, true, head));
            assertThat(client.answer(1).reset()).isEqualTo(PROTOCOL_ERROR);
            wire.send(RawHttp2.headers(3, true, Block.get("/").field("te", "trailers")));
            assertThat(client.answer(3)).isEqualTo(new StreamReader.Answer("200", "hello", -1));
            assertThat(program.heads).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"4", "6"})
    void aBodyOfAnotherLengthThanAnnouncedIsNeverComplete(String length) {
        try (Http2Program program = new Http2Program("hello");
                ProxyFixture proxy = new ProxyFixture(program.port());
                RawHttp2 wire = connect(proxy)) {
            wire.send(RawHttp2.headers(1, false, Block.post("/").field("content-length", length)));
            wire.send(RawHttp2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[5]));
            assertThat(new StreamReader(wire).answer(1).reset()).isEqualTo(PROTOCOL_ERROR);
            assertThat(program.bodies).isEmpty();
        }
    }

    @Test
    void probesAreAnswered() {
        try (Http2Program program = new Http2Program("hello");
                ProxyFixture proxy = new ProxyFixture(program.port());
                RawHttp2 wire = connect(proxy)) {
            StreamReader client = new StreamReader(wire);
            wire.send(RawHttp2.headers(
                    1,
                    true,
                    Block.get("/x").field("user-agent", "kube-probe/1.30").field("k-network-probe", "queue")));
            assertThat(client.answer(1)).isEqualTo(new StreamReader.Answer("200", "queue", -1));
            wire.send(RawHttp2.headers(3, true, Block.get("/x").field("user-agent", "Knative-Activator-Probe")));
            assertThat(client.answer(3))
                    .isEqualTo(new StreamReader.Answer("400", "unexpected probe header value: \n", -1));
            assertThat(program.heads).isEmpty();
        }
    }

    /** RFC 9113 section 6.8: what is above the last stream may be sent again. */
    @Test
    void anAnswerToHeadHasNoBodyWhoeverMakesIt() {
        try (Program.Absent program = new Program.Absent();
                ProxyFixture proxy = new ProxyFixture(program.port());
                RawHttp2 wire = connect(proxy)) {
            Block head = block(":method", "HEAD", ":scheme", "http", ":path", "/", ":authority", "h");
            wire.send(RawHttp2.headers(1, true, head));
            assertThat(new StreamReader(wire).answer(1)).isEqualTo(new StreamReader.Answer("502", "", -1));
        }
    }

    @Test
    void aRequestAboveTheLastStreamOfAFarewellGoesToAnotherConnection() {
        Http2Program.Behaviour farewellFirst = (program, stream, head, body) -> {
            if (program.heads.size() == 1) {
                program.goAway(stream, 0);
            } else {
                program.ok(stream, "second");
            }
        };
        try (Http2Program program = new Http2Program(farewellFirst);
                ProxyFixture proxy = new ProxyFixture(program.port());
                RawHttp2 wire = connect(proxy)) {
            wire.send(RawHttp2.headers(1, true, Block.get("/")));
            assertThat(new StreamReader(wire).answer(1)).isEqualTo(new StreamReader.Answer("200", "second", -1));
            assertThat(program.connections).hasValue(2);
        }
    }

    @Test
    void andOnlyOnce() {
        try (Http2Program program = new Http2Program((there, stream, head, body) -> there.goAway(stream, 0));
                ProxyFixture proxy = new ProxyFixture(program.port());
                RawHttp2 wire = connect(proxy)) {
            wire.send(RawHttp2.headers(1, true, Block.get("/")));
            assertThat(new StreamReader(wire).answer(1).status()).isEqualTo("502");
            assertThat(program.heads).hasSize(2);
        }
    }

    /** Its body has been passed on and is no more. */
    @Test
    void aRequestWithABodyIsNotSentAgain() {
        try (Http2Program program = new Http2Program((there, stream, head, body) -> there.goAway(stream, 0));
                ProxyFixture proxy = new ProxyFixture(program.port());
                RawHttp2 wire = connect(proxy)) {
            wire.send(RawHttp2.headers(1, false, Block.post("/")));
            wire.send(RawHttp2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[5]));
            assertThat(new StreamReader(wire).answer(1).status()).isEqualTo("502");
            assertThat(program.heads).hasSize(1);
        }
    }

    @Test
    void aConnectionThatDiesFailsItsStreamsAndNoLaterOne() {
        Http2Program.Behaviour dying = (program, stream, head, body) -> {
            switch (String.valueOf(head.path())) {
                case "/wait" -> {}
                case "/begin" -> {
                    stream.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200"), false));
                    stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(new byte[] {'a'})));
                }
                case "/die" ->
                    stream.channel()
                            .parent()
                            .unsafe()
                            .close(stream.channel().parent().voidPromise());
                default -> program.ok(stream, "alive");
            }
        };
        try (Http2Program program = new Http2Program(dying);
                ProxyFixture proxy = new ProxyFixture(program.port(), "CONTAINER_CONCURRENCY", "10");
                RawHttp2 wire = connect(proxy)) {
            StreamReader client = new StreamReader(wire);
            wire.send(RawHttp2.headers(1, true, Block.get("/wait")));
            wire.send(RawHttp2.headers(3, true, Block.get("/begin")));
            Await.until("both are there", () -> program.heads.size() == 2);
            RawHttp2.Frame begun;
            do {
                begun = wire.next(LIMIT_MILLIS);
                assertThat(begun).isNotNull();
            } while (begun.type() != RawHttp2.HEADERS);
            assertThat(client.status(begun)).isEqualTo("200");
            wire.send(RawHttp2.headers(5, true, Block.get("/die")));
            List<String> ends = ends(client, wire);
            assertThat(ends).containsExactlyInAnyOrder("1 502", "5 502", "3 reset " + INTERNAL_ERROR);
            wire.send(RawHttp2.headers(7, true, Block.get("/")));
            assertThat(client.answer(7)).isEqualTo(new StreamReader.Answer("200", "alive", -1));
        }
    }

    /** How three streams end, in whatever order. */
    private static List<String> ends(StreamReader client, RawHttp2 wire) {
        List<String> ends = new ArrayList<>();
        String[] statuses = new String[6];
        while (ends.size() < 3) {
            RawHttp2.Frame frame = wire.next(LIMIT_MILLIS);
            assertThat(frame).as("after %s", ends).isNotNull();
            if (frame.type() == RawHttp2.HEADERS) {
                statuses[frame.stream()] = client.status(frame);
            }
            if (frame.type() == RawHttp2.RST_STREAM) {
                ends.add(frame.stream() + " reset " + frame.error());
            } else if (frame.endsStream()) {
                ends.add(frame.stream() + " " + statuses[frame.stream()]);
            }
        }
        return ends;
    }

    private static final String UPGRADE = String.join(
            "\r\n",
            "GET /first HTTP/1.1",
            "Host: app.test",
            "Connection: Upgrade, HTTP2-Settings",
            "Upgrade: h2c",
            "HTTP2-Settings: AAMAAABkAAQAAP__",
            "",
            "");

    /** It came as HTTP/1.1 and goes on as HTTP/1.1, as Go's server has it; the streams behind it are HTTP/2. */
    @Test
    void aRequestThatAsksForHttp2IsItsFirstStream() {
        List<Wire.Message> seen = new CopyOnWriteArrayList<>();
        try (ProxyFixture proxy = new ProxyFixture(greeting(seen));
                Wire wire = proxy.connect()) {
            Wire.Message switching = wire.send(UPGRADE).head();
            assertThat(switching.status()).isEqualTo(101);
            assertThat(switching.field("Upgrade")).isEqualTo("h2c");
            wire.send(RawHttp2.PREFACE).send(RawHttp2.settings());
            assertThat(bodyOfStream(wire, 1)).isEqualTo("hello");
            assertThat(seen).extracting(Wire.Message::startLine).containsExactly("GET /first HTTP/1.1");
            assertThat(seen.getFirst().all("HTTP2-Settings")).isEmpty();
            assertThat(seen.getFirst().all("Upgrade")).isEmpty();
        }
    }

    /** The guard knows stream 1, though it has seen no head of it. */
    @Test
    void aSecondHeadOnTheUpgradedStreamEndsTheConnection() {
        List<Wire.Message> seen = new CopyOnWriteArrayList<>();
        try (ProxyFixture proxy = new ProxyFixture(greeting(seen));
                Wire wire = proxy.connect()) {
            wire.send(UPGRADE).head();
            wire.send(RawHttp2.PREFACE).send(RawHttp2.settings());
            bodyOfStream(wire, 1);
            wire.send(RawHttp2.headers(1, true, Block.get("/hidden")));
            wire.rest();
            assertThat(seen).hasSize(1);
        }
    }

    private static Program greeting(List<Wire.Message> seen) {
        return new Program(wire -> {
            while (true) {
                seen.add(wire.request());
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
            }
        });
    }

    private static @Nullable String bodyOfStream(Wire wire, int stream) {
        StringBuilder body = new StringBuilder();
        while (true) {
            ByteBuffer head = ByteBuffer.wrap(wire.exactly(9));
            int lengthAndType = head.getInt();
            int flags = head.get();
            int id = head.getInt();
            byte[] payload = wire.exactly(lengthAndType >>> 8);
            if ((lengthAndType & 0xff) == RawHttp2.DATA && id == stream) {
                body.append(new String(payload, StandardCharsets.ISO_8859_1));
                if ((flags & RawHttp2.END_STREAM) != 0) {
                    return body.toString();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection: Upgrade, HTTP2-Settings|Upgrade: h2c|HTTP2-Settings: !!!!||",
                "Connection: Upgrade, HTTP2-Settings|Upgrade: h2c|HTTP2-Settings: AAMAAABk|HTTP2-Settings: AAMAAABk||",
                "Connection: Upgrade|Upgrade: h2c|HTTP2-Settings: AAMAAABk||",
                "Connection: Upgrade, HTTP2-Settings|Upgrade: h2c|HTTP2-Settings: AAMAAABk|Content-Length: 5||hello",
                "Connection: HTTP2-Settings|Upgrade: h2c|HTTP2-Settings: AAMAAABk||",
            })
    void anUpgradeThatIsNotInOrderStaysARequestOfHttp1(String rest) {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire wire = proxy.connect()) {
            Wire.Message answer = wire.send(("POST /first HTTP/1.1|Host: app.test|" + rest).replace("|", "\r\n"))
                    .response();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text())
                    .startsWith("POST /first HTTP/1.1\n")
                    .doesNotContainIgnoringCase("upgrade")
                    .doesNotContainIgnoringCase("http2-settings");
            assertThat(answer.text().endsWith("hello")).isEqualTo(rest.endsWith("hello"));
            wire.request("GET", "/next");
            assertThat(wire.response().text()).startsWith("GET /next ");
        }
    }
}
