package dev.baton.tck;

import dev.baton.tck.Hpack.Field;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** The user's program on one HTTP/2 connection: one stream after the other unless it sleeps, told by its path what to do. */
final class Http2App {
    private final Frames frames;
    private final AtomicBoolean ready;
    private final AtomicInteger requests;
    private final Map<Integer, Request> open = new HashMap<>();

    private static final class Request {
        private final List<Field> fields;
        private final StringBuilder body = new StringBuilder();
        private String trailers = "";

        Request(List<Field> fields) {
            this.fields = fields;
        }

        String value(String name) {
            return fields.stream()
                    .filter(field -> field.name().equals(name))
                    .map(Field::value)
                    .findFirst()
                    .orElse("");
        }
    }

    Http2App(Frames frames, AtomicBoolean ready, AtomicInteger requests) {
        this.frames = frames;
        this.ready = ready;
        this.requests = requests;
    }

    void serve() throws IOException {
        frames.write(Frames.SETTINGS, 0, 0, new byte[0]);
        for (Frames.Frame frame = frames.read(); frame != null; frame = frames.read()) {
            if (frames.housekeeping(frame)) {
                continue;
            }
            Request request = open.get(frame.stream());
            if (frame.type() == Frames.HEADERS && request == null) {
                request = new Request(frames.fields(frame));
                open.put(frame.stream(), request);
            } else if (frame.type() == Frames.HEADERS && request != null) {
                request.trailers = frames.fields(frame).toString();
            } else if (frame.type() == Frames.DATA && request != null) {
                request.body.append(frame.octets());
            }
            if (frame.endsStream() && request != null) {
                open.remove(frame.stream());
                answer(frame.stream(), request);
            }
        }
    }

    private void answer(int stream, Request request) throws IOException {
        String path = request.value(":path");
        if (path.equals("/grpc.health.v1.Health/Check")) {
            new HealthService(frames, stream).answer(request.body.toString(), ready.get());
            return;
        }
        if (path.startsWith("/ready")) {
            frames.headers(stream, true, head(ready.get() ? "200" : "503", "text/plain"));
            return;
        }
        requests.incrementAndGet();
        if (path.startsWith("/status/")) {
            frames.headers(stream, true, head(path.substring(8), "text/plain"));
        } else if (path.startsWith("/sleep/")) {
            Thread.ofVirtual().start(() -> sleep(stream, Long.parseLong(path.substring(7))));
        } else if (path.startsWith("/grpc")) {
            frames.headers(stream, false, head("200", "application/grpc"));
            frames.data(stream, false, request.body.toString());
            frames.headers(
                    stream, true, List.of(new Field("grpc-status", "5"), new Field("grpc-message", "not found")));
        } else if (path.startsWith("/reset")) {
            frames.write(Frames.RST_STREAM, 0, stream, new byte[] {0, 0, 0, 2});
        } else {
            StringBuilder seen = new StringBuilder();
            request.fields.stream().map(field -> field + "\n").sorted().forEach(seen::append);
            frames.headers(stream, false, head("200", "text/plain"));
            frames.data(stream, true, seen + "body " + request.body + "\ntrailers " + request.trailers + "\n");
        }
    }

    private void sleep(int stream, long millis) {
        try {
            Thread.sleep(millis);
            frames.headers(stream, false, head("200", "text/plain"));
            frames.data(stream, true, "slept");
        } catch (IOException gone) {
            // The sidecar let go: nothing is owed to it.
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    static List<Field> head(String status, String type) {
        return List.of(new Field(":status", status), new Field("content-type", type));
    }
}
