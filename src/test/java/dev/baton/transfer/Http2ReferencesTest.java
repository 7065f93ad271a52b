package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import dev.baton.floods.Block;
import dev.baton.floods.RawHttp2;
import dev.baton.proxy.Http2Program;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** References on a main port that is spoken to in HTTP/2, as an activator does for revisions whose port is named {@code h2c}. */
final class Http2ReferencesTest {
    private static final int LIMIT_MILLIS = 60_000;
    private static final int SIZE = 5_000_000;

    private static String latin(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    /** The next frame of a type. */
    private static RawHttp2.Frame next(RawHttp2 client, int type) {
        while (true) {
            RawHttp2.Frame frame = client.next(LIMIT_MILLIS);
            assertThat(frame).as("a frame of type %d", type).isNotNull();
            if (frame.type() == type) {
                return frame;
            }
            assertThat(frame.type()).isNotEqualTo(RawHttp2.RST_STREAM);
        }
    }

    private static Http2Headers head(RawHttp2 client) {
        RawHttp2.Frame frame = next(client, RawHttp2.HEADERS);
        try {
            return new DefaultHttp2HeadersDecoder()
                    .decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()));
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
    }

    private static RawHttp2 connect(TestPod pod) {
        return RawHttp2.open(new InetSocketAddress(pod.address, 8012));
    }

    @ParameterizedTest
    @ValueSource(ints = {10, SIZE})
    void aControlMessageBecomesTheRequestWithItsBody(int size) {
        byte[] object = Http.pattern(5, size);
        try (TestPod a = new TestPod(null);
                TestPod b = new TestPod(null);
                Http2Program function = new Http2Program(
                        new InetSocketAddress(b.address, 8080),
                        (program, stream, head, body) -> program.ok(stream, "got " + body.length()));
                RawHttp2 client = connect(b)) {
            String reference = Http.put(a, object, 1);
            client.send(RawHttp2.headers(
                    1,
                    true,
                    Block.post("/fn")
                            .field("user-agent", "Knative-Activator-Probe/baton")
                            .field("baton-user-agent", "tester/1")
                            .field("content-length", "0")
                            .field("baton-reference", reference)
                            .field("baton-length", Integer.toString(size))));
            assertThat(head(client).status()).hasToString("200");
            assertThat(StandardCharsets.ISO_8859_1
                            .decode(next(client, RawHttp2.DATA).payload())
                            .toString())
                    .isEqualTo("got " + size);
            assertThat(function.bodies).containsExactly(latin(object));
            Http2Headers seen = function.heads.getFirst();
            assertThat(seen.get("user-agent")).hasToString("tester/1");
            assertThat(seen.names()).noneMatch(name -> name.toString().startsWith("baton-"));
            a.empty();
            b.empty();
        }
    }

    @Test
    void aLargeAnswerIsPulled() {
        byte[] object = Http.pattern(6, SIZE);
        try (TestPod a = new TestPod(null);
                TestPod b = new TestPod(null);
                Http2Program function = new Http2Program(
                        new InetSocketAddress(b.address, 8080),
                        (program, stream, head, body) -> program.ok(stream, latin(object)));
                RawHttp2 client = connect(b)) {
            client.send(RawHttp2.headers(1, true, Block.get("/fn").field("baton-accept", "reference/1")));
            Http2Headers head = head(client);
            assertThat(head.status()).hasToString("200");
            assertThat(head.get("baton-reference")).isNotNull();
            Await.pause(300);
            // No more than what a transfer may hold, however much the function has to say.
            assertThat(function.sent.get()).isLessThan(SIZE / 2);
            HttpResponse<byte[]> pulled =
                    Http.send(Http.get(a, head.get("baton-reference").toString()));
            assertThat(pulled.statusCode()).isEqualTo(200);
            assertThat(pulled.body()).isEqualTo(object);
            RawHttp2.Frame end = next(client, RawHttp2.DATA);
            while (!end.endsStream()) {
                assertThat(end.payload().hasRemaining()).isFalse();
                end = next(client, RawHttp2.DATA);
            }
            assertThat(end.payload().hasRemaining()).isFalse();
            a.empty();
            b.empty();
        }
    }

    @Test
    void anAnswerThatNobodyPullsIsNeverComplete() {
        try (TestPod b = new TestPod(null, "BATON_PULL_IDLE", "300ms");
                Http2Program function = new Http2Program(
                        new InetSocketAddress(b.address, 8080),
                        (program, stream, head, body) -> program.ok(stream, "x".repeat(SIZE)));
                RawHttp2 client = connect(b)) {
            client.send(RawHttp2.headers(1, true, Block.get("/fn").field("baton-accept", "reference/1")));
            assertThat(head(client).get("baton-reference")).isNotNull();
            RawHttp2.Frame frame = client.next(LIMIT_MILLIS);
            while (frame != null && frame.type() != RawHttp2.RST_STREAM) {
                assertThat(frame.endsStream()).isFalse();
                frame = client.next(LIMIT_MILLIS);
            }
            assertThat(frame).isNotNull();
            assertThat(function.answered).hasValue(1);
            b.empty();
        }
    }
}
