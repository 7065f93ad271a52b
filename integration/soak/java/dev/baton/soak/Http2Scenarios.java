package dev.baton.soak;

import dev.baton.floods.Block;
import dev.baton.floods.RawHttp2;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** Clients of HTTP/2 in clear text. Whether a stream fails is the program's choice, so each may end well or by a reset. */
final class Http2Scenarios {
    private static final int STREAMS = 20;
    private static final int UPLOADS = 10;
    private static final int UPLOAD_BYTES = 6000;
    private static final int CANCEL = 8;
    private static final int HEADER_TABLE_SIZE = 1;
    private static final int PATIENCE_MILLIS = 20_000;

    private Http2Scenarios() {}

    /** The sidecar may keep no fields between heads, so that each of its heads says its status by itself. */
    private static RawHttp2 open(Worker worker) {
        return RawHttp2.open(worker.neighbourhood().main(), HEADER_TABLE_SIZE, 0);
    }

    static void streams(Worker worker) throws IOException {
        try (RawHttp2 client = open(worker)) {
            for (int i = 0; i < STREAMS; i++) {
                client.trySend(RawHttp2.headers(2 * i + 1, true, Block.get("/get")));
            }
            await(worker, client, STREAMS);
        }
    }

    static void uploads(Worker worker) throws IOException {
        try (RawHttp2 client = open(worker)) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            Octets.write(body, 0, UPLOAD_BYTES / 2);
            for (int i = 0; i < UPLOADS; i++) {
                int stream = 2 * i + 1;
                client.trySend(RawHttp2.headers(stream, false, Block.post("/count")));
                client.trySend(RawHttp2.frame(RawHttp2.DATA, 0, stream, body.toByteArray()));
                client.trySend(RawHttp2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, stream, body.toByteArray()));
            }
            await(worker, client, UPLOADS);
        }
    }

    /** Half of the streams are given up: at once, in mid-upload, or when something has come. */
    static void resets(Worker worker) throws IOException {
        try (RawHttp2 client = open(worker)) {
            int left = 0;
            for (int i = 0; i < STREAMS; i++) {
                int stream = 2 * i + 1;
                if (i % 4 == 0) {
                    client.trySend(RawHttp2.headers(stream, false, Block.post("/count")));
                    client.trySend(RawHttp2.frame(RawHttp2.DATA, 0, stream, new byte[3000]));
                } else {
                    client.trySend(RawHttp2.headers(stream, true, Block.get("/get")));
                }
                if (i % 2 == 0) {
                    client.trySend(RawHttp2.number(RawHttp2.RST_STREAM, stream, CANCEL));
                    worker.note(Outcome.LEFT);
                    left++;
                }
            }
            await(worker, client, STREAMS - left);
        }
    }

    static void leaves(Worker worker) throws IOException {
        try (RawHttp2 client = open(worker)) {
            for (int i = 0; i < UPLOADS; i++) {
                boolean last = i % 2 == 0;
                client.trySend(RawHttp2.headers(2 * i + 1, last, last ? Block.get("/get") : Block.post("/count")));
                worker.note(Outcome.LEFT);
            }
        }
    }

    /** Notes an outcome for each of so many streams, in the order of their ends. */
    private static void await(Worker worker, RawHttp2 client, int streams) {
        Map<Integer, Integer> octets = new HashMap<>();
        Map<Integer, Outcome> failures = new HashMap<>();
        int ended = 0;
        while (ended < streams) {
            RawHttp2.Frame frame = client.next(PATIENCE_MILLIS);
            if (frame == null) {
                Outcome outcome = client.isClosed() ? Outcome.CUT : Outcome.SILENT;
                for (; ended < streams; ended++) {
                    worker.note(outcome);
                }
                return;
            }
            int stream = frame.stream();
            if (frame.type() == RawHttp2.HEADERS && !octets.containsKey(stream)) {
                octets.put(stream, 0);
                failures.put(stream, failure(frame.payload()));
            } else if (frame.type() == RawHttp2.DATA) {
                octets.merge(stream, frame.payload().remaining(), Integer::sum);
            }
            if (frame.type() == RawHttp2.RST_STREAM) {
                ended++;
                worker.note(Outcome.CUT);
            } else if (frame.endsStream()) {
                ended++;
                Outcome failure = failures.getOrDefault(stream, Outcome.WRONG);
                boolean right = octets.getOrDefault(stream, 0) == Http2Program.BODY_BYTES;
                worker.note(failure == Outcome.ANSWERED && !right ? Outcome.WRONG : failure);
            }
        }
    }

    /** Which of the statuses that a sidecar sends stands in the block: 200 as an entry of the static table, the others as text. */
    private static Outcome failure(ByteBuffer block) {
        byte[] octets = new byte[block.remaining()];
        block.duplicate().get(octets);
        int first = 0;
        while (first < octets.length && (octets[first] & 0xe0) == 0x20) {
            // What the sidecar says of its table, ahead of the first fields.
            first++;
        }
        if (first == octets.length) {
            return Outcome.WRONG;
        }
        if (octets[first] == (byte) 0x88) {
            return Outcome.ANSWERED;
        }
        String text = new String(octets, java.nio.charset.StandardCharsets.ISO_8859_1);
        if (text.contains("502")) {
            return Outcome.BAD_GATEWAY;
        }
        if (text.contains("503")) {
            return Outcome.REFUSED;
        }
        return text.contains("504") ? Outcome.TIMED_OUT : Outcome.WRONG;
    }
}
