package dev.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * Follows the octets of a connection from one request to the next, head, body and trailers, and says up to where they can be read
 * in one way. It keeps none of them: what it has not passed, it wants to see again together with what follows. It stops behind each
 * request until the exchange of that one is over. After a refusal nothing that comes means anything. One per connection; event loop
 * only.
 */
final class RequestScanner {
    private enum Part {
        HEAD,
        FIXED_BODY,
        CHUNKED_BODY,
        TRAILERS
    }

    /** Shared by all connections of a loop: a head is judged in one go and never kept here. */
    private static final FastThreadLocal<byte[]> SCRATCH = new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
            return new byte[8 * 1024];
        }
    };

    private static final String LONG_TRAILERS = "http: suspiciously long trailer after chunked body";

    /** Go looks for the end of the trailers within one buffer. */
    private static final int GO_TRAILER_BYTES = 4096;

    private final GuardLimits limits;
    private final RequestHead head;
    private final boolean service;
    private final ChunkScanner chunks;

    private Part part = Part.HEAD;
    /** A request has been passed, or has begun to be, and its exchange has not ended. */
    private boolean open;

    private long remaining;
    private boolean emptyLineSkipped;
    /** Bytes at the beginning of what is shown next that are known to hold no end of a section. */
    private int searched;

    private @Nullable Refusal refusal;

    /** @param service as of {@link RequestHead} */
    RequestScanner(GuardLimits limits, boolean service) {
        this.limits = limits;
        this.service = service;
        head = new RequestHead(limits.fields(), limits.lenient(), service);
        emptyLineSkipped = service;
        chunks = new ChunkScanner(limits.lenient());
    }

    /** Why nothing is passed any more; null while all is well. */
    @Nullable
    Refusal refusal() {
        return refusal;
    }

    /** Whether an exchange is open. */
    boolean open() {
        return open;
    }

    /** Whether the open exchange's request is complete: what comes now belongs to a later one. */
    boolean tooEarly() {
        return open && part == Part.HEAD;
    }

    /** Whether a request is incomplete whose head has been passed. */
    boolean inBody() {
        return part != Part.HEAD;
    }

    /** Whether octets are missing that the sender has announced, by a length, or by a chunk that it has begun. */
    boolean owed() {
        return part == Part.FIXED_BODY || part == Part.TRAILERS || (part == Part.CHUNKED_BODY && !chunks.between());
    }

    /** So much of the body of known length has gone by without being shown. */
    void bodyPassed(long bytes) {
        remaining -= bytes;
        if (remaining == 0) {
            part = Part.HEAD;
        }
    }

    /** The exchange of the request that was passed last is over. */
    void exchangeEnded() {
        open = false;
    }

    /** What has not been passed is kept, in a buffer that is so long now, and is shown again from its beginning. */
    void kept(int length) {
        // The last two bytes may be the beginning of the end. What came too early has not been searched at all.
        searched = tooEarly() ? 0 : Math.max(0, length - 2);
    }

    /** Returns the index of the first byte that must not be passed on: it is refused, or more has to come first. */
    int scan(ByteBuf in) {
        int at = in.readerIndex();
        int end = in.writerIndex();
        while (at < end && !tooEarly()) {
            int next =
                    switch (part) {
                        case HEAD -> head(in, at, end);
                        case FIXED_BODY -> fixedBody(at, end);
                        case CHUNKED_BODY -> chunkedBody(in, at, end);
                        case TRAILERS -> trailers(in, at, end);
                    };
            if (refusal != null || next == at) {
                return next;
            }
            at = next;
        }
        return at;
    }

    private int head(ByteBuf in, int from, int end) {
        int at = from;
        byte first = in.getByte(at);
        if (first == '\r' || first == '\n') {
            // RFC 9112 2.2: one empty line ahead of a request line is tolerated.
            if (emptyLineSkipped) {
                return refuse(RequestHead.MALFORMED, false, from);
            }
            if (first == '\n') {
                emptyLineSkipped = true;
                return from + 1;
            }
            if (from + 1 == end) {
                return from;
            }
            if (in.getByte(from + 1) != '\n') {
                return refuse(RequestHead.MALFORMED, false, from);
            }
            emptyLineSkipped = true;
            return from + 2;
        }
        int headEnd = sectionEnd(in, from, end);
        int length = (headEnd < 0 ? end : headEnd) - from;
        if (length > limits.headBytes()) {
            return refuse(RequestHead.TOO_LARGE, false, from);
        }
        if (headEnd < 0) {
            return from;
        }
        Refusal unsound = head.check(copy(in, from, length), length);
        if (unsound != null) {
            return refuse(unsound, false, from);
        }
        emptyLineSkipped = service;
        open = true;
        if (head.chunked()) {
            chunks.begin();
            part = Part.CHUNKED_BODY;
        } else if (head.length() > 0) {
            remaining = head.length();
            part = Part.FIXED_BODY;
        }
        return headEnd;
    }

    private int fixedBody(int from, int end) {
        long length = Math.min(remaining, end - from);
        remaining -= length;
        if (remaining == 0) {
            part = Part.HEAD;
        }
        return from + (int) length;
    }

    private int chunkedBody(ByteBuf in, int from, int end) {
        int at = chunks.scan(in, from, end);
        if (chunks.bad()) {
            return refuse(limits.lenient() ? asGo(chunks.fault()) : RequestHead.MALFORMED, true, at);
        }
        if (chunks.ended()) {
            part = Part.TRAILERS;
        }
        return at;
    }

    private static Refusal asGo(String text) {
        return new Refusal(HttpResponseStatus.BAD_GATEWAY, text, true);
    }

    /** Why a chunked body that ends here is none, in Go's words: the program's client has failed, as far as Go can tell. */
    Refusal cutShort(int held) {
        if (part != Part.TRAILERS) {
            return asGo("unexpected EOF");
        }
        return asGo(held < 2 ? "http: unexpected EOF reading trailer" : LONG_TRAILERS);
    }

    /** Whether a chunked body is incomplete. */
    boolean inChunks() {
        return part == Part.CHUNKED_BODY || part == Part.TRAILERS;
    }

    private int trailers(ByteBuf in, int from, int end) {
        int sectionEnd = trailersEnd(in, from, end);
        int length = (sectionEnd < 0 ? end : sectionEnd) - from;
        if (length > limits.headBytes()) {
            return refuse(RequestHead.TOO_LARGE, true, from);
        }
        if (limits.lenient() && length > GO_TRAILER_BYTES) {
            return refuse(asGo(LONG_TRAILERS), true, from);
        }
        if (sectionEnd < 0) {
            return from;
        }
        String fault = limits.lenient() ? GoTrailers.fault(in, from, sectionEnd) : null;
        if (fault != null) {
            return refuse(asGo(fault), true, from);
        }
        Refusal unsound = head.checkTrailers(copy(in, from, length), length);
        if (unsound != null) {
            return refuse(unsound, true, from);
        }
        part = Part.HEAD;
        return sectionEnd;
    }

    /** As Go, which waits for two line ends with a CR before it reads them, and then takes those without one too. */
    private int trailersEnd(ByteBuf in, int from, int end) {
        if (in.getByte(from) == '\r' && from + 1 < end && in.getByte(from + 1) == '\n') {
            return from + 2;
        }
        boolean ended = twoLineEnds(in, Math.max(from, searched - 1), end);
        // An end that had to wait for this lies in what has been searched.
        searched = 0;
        if (!ended) {
            return -1;
        }
        return in.getByte(from) == '\n' ? from + 1 : sectionEnd(in, from, end);
    }

    private static boolean twoLineEnds(ByteBuf in, int from, int end) {
        for (int at = from; ; at++) {
            at = in.indexOf(at, end, (byte) '\r');
            if (at < 0 || end - at < 4) {
                return false;
            }
            if (in.getByte(at + 1) == '\n' && in.getByte(at + 2) == '\r' && in.getByte(at + 3) == '\n') {
                return true;
            }
        }
    }

    /** Returns the index after the empty line that ends the fields, or -1. */
    private int sectionEnd(ByteBuf in, int from, int end) {
        int at = Math.max(from, searched);
        searched = 0;
        while (true) {
            int lf = in.indexOf(at, end, (byte) '\n');
            if (lf < 0) {
                return -1;
            }
            if (lf + 1 < end && in.getByte(lf + 1) == '\n') {
                return lf + 2;
            }
            if (lf + 2 < end && in.getByte(lf + 1) == '\r' && in.getByte(lf + 2) == '\n') {
                return lf + 3;
            }
            at = lf + 1;
        }
    }

    private int refuse(Refusal why, boolean inBody, int at) {
        refusal = inBody ? why.inItsBody() : why;
        return at;
    }

    private static byte[] copy(ByteBuf in, int from, int length) {
        byte[] scratch = SCRATCH.get();
        if (scratch.length < length) {
            scratch = new byte[Integer.highestOneBit(length) << 1];
            SCRATCH.set(scratch);
        }
        in.getBytes(from, scratch, 0, length);
        return scratch;
    }
}
