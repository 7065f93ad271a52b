package dev.baton.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** Any octets in any pieces are the same frames, and those that a reader finds who has all of them before it. */
class Http2ScannerFuzzTest {
    private static final int PREFACE_BYTES = 24;
    private static final int HEAD_BYTES = 9;

    /** @param input one octet that says how the others are cut */
    @FuzzTest
    void frames(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] octets = java.util.Arrays.copyOfRange(input, 1, input.length);
        List<String> expected = model(ByteBuffer.wrap(octets));
        assertThat(scan(octets, new Random(-1), octets.length)).isEqualTo(expected);
        assertThat(scan(octets, new Random(-1), 1)).isEqualTo(expected);
        assertThat(scan(octets, new Random(input[0]), 40)).isEqualTo(expected);
    }

    /** Heads, payloads and ends in order, as far as they have come. */
    private static List<String> model(ByteBuffer in) {
        List<String> seen = new ArrayList<>();
        if (!payload(in, PREFACE_BYTES, seen)) {
            return seen;
        }
        while (in.remaining() >= HEAD_BYTES) {
            int lengthAndType = in.getInt();
            int flags = in.get();
            int stream = in.getInt() & Integer.MAX_VALUE;
            int length = lengthAndType >>> 8;
            seen.add("begins " + (byte) lengthAndType + " " + flags + " " + stream + " " + length);
            if (!payload(in, length, seen)) {
                return seen;
            }
        }
        return seen;
    }

    private static boolean payload(ByteBuffer in, int length, List<String> seen) {
        byte[] there = new byte[Math.min(length, in.remaining())];
        in.get(there);
        if (there.length > 0) {
            seen.add(HexFormat.of().formatHex(there));
        }
        if (there.length == length) {
            seen.add("ends");
        }
        return there.length == length;
    }

    private static List<String> scan(byte[] octets, Random random, int most) {
        List<String> seen = new ArrayList<>();
        StringBuilder payload = new StringBuilder();
        Http2FrameScanner[] self = new Http2FrameScanner[1];
        self[0] = new Http2FrameScanner(new Http2FrameScanner.Frames() {
            @Override
            public boolean begins(ByteBuf in, int from) {
                Http2FrameScanner frame = self[0];
                seen.add("begins " + frame.type() + " " + frame.flags() + " " + frame.stream() + " "
                        + frame.payloadLeft());
                assertThat(from).isBetween(in.readerIndex(), in.writerIndex() - 1);
                return true;
            }

            @Override
            public void payload(ByteBuf in, int from, int count) {
                assertThat(count).isPositive();
                byte[] part = new byte[count];
                in.getBytes(from, part);
                payload.append(HexFormat.of().formatHex(part));
            }

            @Override
            public boolean ends(ByteBuf in, int at) {
                assertThat(at).isBetween(in.readerIndex(), in.writerIndex());
                flush();
                seen.add("ends");
                return true;
            }

            private void flush() {
                if (!payload.isEmpty()) {
                    seen.add(payload.toString());
                    payload.setLength(0);
                }
            }
        });
        for (int at = 0; at < octets.length; ) {
            int length = Math.min(octets.length - at, most == octets.length ? most : 1 + random.nextInt(most));
            // Not at the buffer's beginning, where a wrong index could be right by chance.
            ByteBuf in = Unpooled.buffer(length + 3)
                    .writeZero(3)
                    .writeBytes(octets, at, length)
                    .skipBytes(3);
            self[0].scan(in);
            assertThat(in.readableBytes()).as("nothing is consumed").isEqualTo(length);
            at += length;
        }
        if (!payload.isEmpty()) {
            seen.add(payload.toString());
        }
        return seen;
    }
}
