package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import dev.baton.floods.RawHttp2;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Takes the answers of single streams out of what a connection of HTTP/2 receives. One thread. */
final class StreamReader {
    private static final int LIMIT_MILLIS = (int) Await.LIMIT.toMillis();

    /**
     * One stream's answer, as far as it came.
     *
     * @param status the first one, empty if there is none
     * @param reset the error code that the stream ended with, -1 for an orderly end
     */
    record Answer(String status, String body, int reset) {}

    /** All heads and trailers that have been read, of whatever stream. */
    final List<Http2Headers> heads = new ArrayList<>();

    private final RawHttp2 wire;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();

    StreamReader(RawHttp2 wire) {
        this.wire = wire;
    }

    /** Reads until the stream has ended; frames of others are passed over. Blocks. */
    Answer answer(int stream) {
        String status = "";
        StringBuilder body = new StringBuilder();
        while (true) {
            RawHttp2.Frame frame = wire.next(LIMIT_MILLIS);
            assertThat(frame)
                    .as("a frame of stream %d after status %s", stream, status)
                    .isNotNull();
            if (frame.type() == RawHttp2.HEADERS) {
                String said = status(frame);
                if (frame.stream() == stream && status.isEmpty()) {
                    status = said;
                }
            } else if (frame.type() == RawHttp2.DATA && frame.stream() == stream) {
                body.append(StandardCharsets.ISO_8859_1.decode(frame.payload()));
                wire.send(RawHttp2.number(RawHttp2.WINDOW_UPDATE, 0, 1 << 14));
            }
            if (frame.stream() == stream) {
                if (frame.type() == RawHttp2.RST_STREAM) {
                    return new Answer(status, body.toString(), frame.error());
                }
                if (frame.endsStream()) {
                    return new Answer(status, body.toString(), -1);
                }
            }
        }
    }

    /** The status in a HEADERS frame, empty if there is none. Each such frame is given once, in order. */
    String status(RawHttp2.Frame frame) {
        try {
            Http2Headers head = decoder.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()));
            heads.add(head);
            CharSequence status = head.status();
            return status == null ? "" : status.toString();
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
    }
}
