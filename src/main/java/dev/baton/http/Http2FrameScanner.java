package dev.baton.http;

import io.netty.buffer.ByteBuf;

/** Follows the octets of an HTTP/2 client from frame to frame, and reads heads of frames only. One per connection; event loop only. */
final class Http2FrameScanner {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 0x1;
    static final int END_HEADERS = 0x4;

    /** Told what comes. */
    interface Frames {
        /** The head of a frame is complete, whose last part begins in the buffer at this index. Returns whether to go on. */
        boolean begins(ByteBuf in, int from);

        /** So much of the payload has come, and lies in the buffer from this index on. */
        void payload(ByteBuf in, int from, int octets);

        /** The frame is complete, or the preface; the next one begins in the buffer at this index. Returns whether to go on. */
        boolean ends(ByteBuf in, int at);
    }

    private static final int PREFACE_BYTES = 24;
    private static final int HEAD_BYTES = 9;
    private static final int NONE = -1;

    private final Frames frames;
    private final byte[] head = new byte[HEAD_BYTES];
    private int headRead;
    private int type = NONE;
    private int payloadLeft = PREFACE_BYTES;

    Http2FrameScanner(Frames frames) {
        this.frames = frames;
    }

    /** Returns where it has stopped: at the buffer's end, or as soon as it was not to go on. */
    int scan(ByteBuf in) {
        int at = in.readerIndex();
        while (at < in.writerIndex()) {
            if (payloadLeft > 0) {
                int part = Math.min(payloadLeft, in.writerIndex() - at);
                frames.payload(in, at, part);
                payloadLeft -= part;
                at += part;
                if (payloadLeft == 0 && !frames.ends(in, at)) {
                    return at;
                }
                continue;
            }
            int from = at;
            int part = Math.min(HEAD_BYTES - headRead, in.writerIndex() - at);
            in.getBytes(at, head, headRead, part);
            headRead += part;
            at += part;
            if (headRead == HEAD_BYTES) {
                headRead = 0;
                payloadLeft = (head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | (head[2] & 0xff);
                type = head[3];
                if (!frames.begins(in, from) || (payloadLeft == 0 && !frames.ends(in, at))) {
                    return at;
                }
            }
        }
        return at;
    }

    // Of the frame whose head has come last.

    int type() {
        return type;
    }

    int flags() {
        return head[4];
    }

    int stream() {
        return (head[5] & 0x7f) << 24 | (head[6] & 0xff) << 16 | (head[7] & 0xff) << 8 | (head[8] & 0xff);
    }

    /** What of its payload has not come; when it begins, its length. */
    int payloadLeft() {
        return payloadLeft;
    }

    /** Whether what has come is the preface, or a part of it. */
    boolean preface() {
        return type == NONE;
    }

    /** Whether a DATA frame has begun and is not all there. */
    boolean inData() {
        return type == DATA && payloadLeft > 0;
    }

    /** Whether something else has begun and is not all there. */
    boolean inFrame() {
        return headRead > 0 || (payloadLeft > 0 && type != DATA);
    }
}
