package dev.baton.tck;

import dev.baton.tck.Hpack.Field;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One HTTP/2 connection to the sidecar with several streams, while the program speaks HTTP/2 too. One thread at a time. */
final class Http2Client implements AutoCloseable {
    private static final byte[] CANCEL = {0, 0, 0, 8};
    private final Stand stand;
    private final Wire wire;
    private final Frames frames;
    private final Map<Integer, Answer> answers = new HashMap<>();
    private int last = -1;

    private static final class Answer {
        private final List<String> lines = new ArrayList<>();
        private final StringBuilder body = new StringBuilder();
        private boolean ended;
    }

    private Http2Client(Stand stand) throws IOException {
        this.stand = stand;
        wire = new Wire(Sidecar.MAIN);
        wire.send(Frames.PREFACE);
        frames = new Frames(wire.in(), wire.out());
        frames.write(Frames.SETTINGS, 0, 0, new byte[0]);
    }

    /** Until it is closed, the program of the stand takes HTTP/2 as well as HTTP/1. */
    static Http2Client of(Stand stand) throws IOException {
        stand.app().http2(true);
        return new Http2Client(stand);
    }

    /** How long an answer may take. */
    Http2Client patience(int millis) throws IOException {
        wire.patience(millis);
        return this;
    }

    Http2Client get(String path) throws IOException {
        return send("GET", path);
    }

    /** A request without a body. */
    Http2Client send(String method, String path, Field... more) throws IOException {
        return head(true, method, path, more);
    }

    /** A request whose body is to come, or never does. */
    Http2Client open(String method, String path, Field... more) throws IOException {
        return head(false, method, path, more);
    }

    private Http2Client head(boolean whole, String method, String path, Field... more) throws IOException {
        return raw(whole, Field.request(method, path, more));
    }

    /** A request whose fields are all given. */
    Http2Client raw(boolean whole, List<Field> fields) throws IOException {
        last += 2;
        answers.put(last, new Answer());
        frames.headers(last, whole, fields);
        return this;
    }

    Http2Client data(boolean whole, String octets) throws IOException {
        frames.data(last, whole, octets);
        return this;
    }

    Http2Client trailers(Field... fields) throws IOException {
        frames.headers(last, true, List.of(fields));
        return this;
    }

    /** The client wants the last one no more. */
    Http2Client reset() throws IOException {
        frames.write(Frames.RST_STREAM, 0, last, CANCEL);
        answers.remove(last);
        return this;
    }

    Http2Client endOutput() throws IOException {
        wire.endOutput();
        return this;
    }

    int last() {
        return last;
    }

    /** The answer to the last one. */
    List<String> answer() throws IOException {
        return answer(last);
    }

    /** The answer on a stream, keeping what comes on others for later. */
    List<String> answer(int stream) throws IOException {
        Answer wanted = answers.get(stream);
        if (wanted == null) {
            throw new IllegalArgumentException("no stream " + stream);
        }
        while (!wanted.ended) {
            Frames.Frame frame = next();
            if (frame == null) {
                wanted.ended = true;
                wanted.lines.add("[connection closed]");
            } else {
                take(frame, wanted);
            }
        }
        answers.remove(stream);
        return wanted.lines;
    }

    /** The next frame that says something; {@code null} at the connection's end. */
    private Frames.@Nullable Frame next() throws IOException {
        try {
            Frames.Frame frame = frames.read();
            while (frame != null && frames.housekeeping(frame)) {
                frame = frames.read();
            }
            return frame;
        } catch (SocketException ended) {
            return null;
        }
    }

    /** What is left to read, or has come within half a second. */
    String rest() throws IOException {
        StringBuilder rest = new StringBuilder();
        wire.patience(500);
        try {
            for (Frames.Frame frame = frames.read(); frame != null; frame = frames.read()) {
                if (frame.type() == Frames.GOAWAY) {
                    rest.append("[going away: ").append(frame.payload()[7]).append(']');
                } else if (!frames.housekeeping(frame)) {
                    rest.append("[frame of type ").append(frame.type()).append(']');
                }
            }
            return rest + "[end]";
        } catch (SocketTimeoutException silent) {
            return rest + "[stays]";
        }
    }

    private void take(Frames.Frame frame, Answer wanted) throws IOException {
        Answer answer = answers.getOrDefault(frame.stream(), new Answer());
        switch (frame.type()) {
            case Frames.HEADERS ->
                frames.fields(frame).stream()
                        .map(field -> field.name().equals("date") ? "date: (a moment)" : field.toString())
                        .sorted()
                        .forEach(answer.lines::add);
            case Frames.DATA -> answer.body.append(frame.octets());
            case Frames.RST_STREAM -> {
                answer.lines.add("[stream reset: " + frame.payload()[3] + "]");
                answer.ended = true;
            }
            case Frames.GOAWAY -> wanted.lines.add("[going away: " + frame.payload()[7] + "]");
            default -> wanted.lines.add("[frame of type " + frame.type() + "]");
        }
        if (frame.endsStream()) {
            // Which stream it was on the other side is the sidecar's own affair.
            answer.lines.add(answer.body.toString().replaceFirst("stream ID \\d+", "stream ID N"));
            answer.ended = true;
        }
    }

    @Override
    public void close() throws IOException {
        stand.app().http2(false);
        wire.close();
    }
}
