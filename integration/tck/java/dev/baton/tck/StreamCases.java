package dev.baton.tck;

import static dev.baton.tck.Case.raw;

import dev.baton.tck.Hpack.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What takes more than one message each way (sections 2 and 4): HTTP/2, gRPC, upgrades, interim answers, moments of flushing. */
final class StreamCases {
    private static final String HOST = SidecarCases.HOST;

    private static final String HINTS = "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n";

    private static final String HEAD_LIMIT = "setting 6 ";
    private static final String FRAME_LIMIT = "setting 5 ";

    private StreamCases() {}

    static List<Group> groups() {
        List<Case> http1 = new ArrayList<>();
        expectations(http1);
        moments(http1);
        upgrades(http1);
        oddAnswers(http1);
        List<Case> http2 = new ArrayList<>();
        http2(http2);
        return List.of(
                new Group("streams", Map.of(), http1),
                new Group("http2", Map.of(), http2),
                new Group(
                        "http2 reset",
                        Map.of(),
                        List.of(new Case(
                                "http2/stream-reset-by-program",
                                "4.9",
                                stand -> toHttp2(stand, "GET", "/reset", null)))),
                new Group(
                        "http2 to http1",
                        Map.of(),
                        List.of(new Case(
                                "http2/to-an-http1-program", "4.9", stand -> http2(stand, "GET", "/echo", null)))),
                new Group(
                        "full duplex",
                        Map.of("ENABLE_HTTP_FULL_DUPLEX", "true"),
                        List.of(new Case("duplex/on", "4.5", stand -> early()))),
                new Group(
                        "no program",
                        Map.of("USER_PORT", "1"),
                        List.of(
                                raw("absent/get", "4.9", get("/echo")),
                                raw("absent/post", "4.9", "POST /" + HOST + "Content-Length: 2\r\n\r\nhi"),
                                new Case("absent/http2", "4.9", stand -> http2(stand, "GET", "/echo", null)),
                                new Case("absent/log", "4.9", stand -> {
                                    SidecarCases.exchange(Sidecar.MAIN, get("/echo"));
                                    return SidecarCases.said(
                                            stand,
                                            "error reverse proxying request; sockstat: ",
                                            "dial tcp 127.0.0.1:1: connect: connection refused");
                                }))),
                new Group(
                        "upgrades and limits",
                        Map.of("REVISION_RESPONSE_START_TIMEOUT_SECONDS", "1", "REVISION_TIMEOUT_SECONDS", "20"),
                        List.of(new Case("timeout/upgraded-response-start", "4.6b", stand -> tunnelAfter(2_500)))),
                new Group(
                        "upgrades and idleness",
                        Map.of("REVISION_IDLE_TIMEOUT_SECONDS", "1", "REVISION_TIMEOUT_SECONDS", "20"),
                        List.of(new Case("timeout/upgraded-idle", "4.6b", stand -> tunnelAfter(2_500)))));
    }

    private static String get(String path) {
        return "GET " + path + HOST + "\r\n";
    }

    private static void expectations(List<Case> cases) {
        cases.add(new Case("expect/client-waits", "4.10", stand -> awaitingContinue("/echo")));
        cases.add(new Case("expect/program-says-go-on", "4.10", stand -> awaitingContinue("/continue/200")));
        cases.add(new Case("expect/final-status", "4.9", stand -> awaitingContinue("/continue/404")));
        cases.add(
                raw("expect/unknown", "4.10", "POST /echo" + HOST + "Expect: miracles\r\nContent-Length: 2\r\n\r\nhi"));
        cases.add(raw("expect/without-body", "4.10", "GET /echo" + HOST + "Expect: 100-continue\r\n\r\n"));
        cases.add(raw(
                "expect/http10",
                "4.10",
                "POST /echo HTTP/1.0\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi"));
    }

    private static List<String> awaitingContinue(String path) throws Exception {
        try (Wire wire = new Wire(Sidecar.MAIN)) {
            wire.send("POST " + path + HOST + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
            Message first = wire.receive(false);
            List<String> lines = new ArrayList<>(first == null ? List.of("[closed]") : first.lines());
            List<String> rest = wire.send("hi").answers(1, false);
            // The reference says it once or twice, as its threads happen to meet.
            while (rest.getFirst().equals("HTTP/1.1 100 Continue")) {
                rest = rest.subList(rest.indexOf("[whole, none]") + 1, rest.size());
            }
            lines.addAll(rest);
            return lines;
        }
    }

    private static void moments(List<Case> cases) {
        cases.add(new Case("flush/event-stream", "4.9", stand -> {
            try (Wire wire = new Wire(Sidecar.MAIN)) {
                wire.send(get("/ticks/2"));
                String first = wire.within(600);
                return List.of(
                        "first event at once: " + first.contains("tick0"),
                        "second too: " + wire.within(900).contains("tick1"));
            }
        }));
        cases.add(new Case("flush/known-length", "4.9", stand -> {
            try (Wire wire = new Wire(Sidecar.MAIN)) {
                wire.send(get("/paused/900"));
                return List.of(
                        "within half a second: " + (wire.within(500).contains("abc") ? "head and body" : "nothing"));
            }
        }));
        cases.add(new Case("duplex/off", "4.5", stand -> early()));
        cases.add(raw("reuse/get-is-sent-again", "4.9", 2, get("/second") + get("/second")));
        cases.add(again("reuse/post-is-not", "POST /second" + HOST + "Content-Length: 2\r\n\r\nhi"));
        cases.add(again("reuse/put-without-body-is-not", "PUT /second" + HOST + "\r\n"));
    }

    /** On a connection that the program has served once, and closes at the second request. */
    private static Case again(String id, String second) {
        return new Case(id, "4.9", stand -> {
            try (Wire wire = new Wire(Sidecar.MAIN)) {
                wire.send(get("/second")).receive(false);
                return wire.send(second).answers(1, false);
            }
        });
    }

    /** The program answers while half of the request is still to come. */
    private static List<String> early() throws Exception {
        try (Wire wire = new Wire(Sidecar.MAIN)) {
            wire.send("POST /early" + HOST + "Content-Length: 4\r\n\r\nwx");
            String before = wire.within(600);
            wire.send("yz");
            String after = wire.within(600);
            return List.of(
                    "before the request's end: " + before.contains("early"),
                    "at last: " + (before + after).contains("early"));
        }
    }

    private static void upgrades(List<Case> cases) {
        String websocket = "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
        cases.add(raw("upgrade/declined", "4.9", "GET /no-upgrade" + HOST + websocket));
        cases.add(raw("upgrade/unasked", "4.9", get("/other-upgrade")));
        cases.add(raw("upgrade/other-than-asked", "4.9", "GET /other-upgrade" + HOST + websocket));
        cases.add(new Case("upgrade/program-ends", "4.9", stand -> {
            try (Wire wire = new Wire(Sidecar.MAIN)) {
                wire.send("GET /upgrade" + HOST + websocket);
                wire.receive(false);
                wire.send("last").octets(4);
                wire.endOutput();
                return List.of("after the client's end: " + wire.within(1500));
            }
        }));
        cases.add(new Case("upgrade/h2c", "2", stand -> {
            stand.app().http2(true);
            try (Wire wire = new Wire(Sidecar.MAIN)) {
                wire.send("GET /status/404" + HOST + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                        + "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n");
                Message head = wire.receive(false);
                List<String> lines = new ArrayList<>(head == null ? List.of("[closed]") : head.lines());
                if (head != null && head.status() == 101) {
                    wire.send(Frames.PREFACE);
                    Frames frames = new Frames(wire.in(), wire.out());
                    frames.write(Frames.SETTINGS, 0, 0, new byte[0]);
                    lines.addAll(answer(frames, 1));
                }
                return lines;
            } finally {
                stand.app().http2(false);
            }
        }));
    }

    private static void oddAnswers(List<Case> cases) {
        cases.add(raw("untyped/text", "4.9", get("/untyped/hello")));
        cases.add(raw("untyped/html", "4.9", get("/untyped/<html>")));
        cases.add(raw("untyped/empty", "4.9", get("/untyped/")));
        cases.add(raw("untyped/encoded", "4.9", get("/encoded")));
        String[][] rows = {
            {"no-reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"},
            {"http10", "HTTP/1.0 200 OK\r\n\r\nuntil the end"},
            {"one-word", "garbage\r\n\r\n"},
            {"bad-version", "HTTP/x 200 OK\r\n\r\n"},
            {"bad-status", "HTTP/1.1 2x0 OK\r\n\r\n"},
            {"status-600", "HTTP/1.1 600 Own\r\nContent-Length: 0\r\n\r\n"},
            {
                "length-beside-chunked",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            },
            {"two-lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"},
            {"unknown-encoding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nab"},
            {"no-content-but-some", "HTTP/1.1 204 No Content\r\n\r\n"},
            {"hints-twice", HINTS + HINTS + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
        };
        for (String[] row : rows) {
            String encoded = java.net.URLEncoder.encode(row[1], java.nio.charset.StandardCharsets.ISO_8859_1);
            cases.add(raw("answer/" + row[0], "4.9", get("/raw/" + encoded)));
        }
    }

    private static List<String> tunnelAfter(int millis) throws Exception {
        try (Wire wire = new Wire(Sidecar.MAIN)) {
            wire.send("GET /upgrade" + HOST + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            Message head = wire.receive(false);
            String meanwhile = wire.within(millis);
            if (meanwhile.endsWith("]")) {
                return List.of(head == null ? "[closed]" : head.start(), "cut: " + meanwhile);
            }
            return List.of(
                    head == null ? "[closed]" : head.start(),
                    "echoed: " + wire.send("ping").octets(4));
        }
    }

    private static void http2(List<Case> cases) {
        cases.add(settings("http2/settings", line -> !line.startsWith(HEAD_LIMIT) && !line.startsWith(FRAME_LIMIT)));
        cases.add(settings("http2/settings-head-limit", line -> line.startsWith(HEAD_LIMIT)));
        cases.add(settings("http2/settings-frame-limit", line -> line.startsWith(FRAME_LIMIT)));
        cases.add(new Case("http2/get", "4.9", stand -> toHttp2(stand, "GET", "/echo/x?y", null)));
        cases.add(new Case("http2/post", "4.9", stand -> toHttp2(stand, "POST", "/echo", "hello")));
        cases.add(new Case("http2/status", "4.9", stand -> toHttp2(stand, "GET", "/status/503", null)));
        cases.add(new Case("http2/head", "4.9", stand -> toHttp2(stand, "HEAD", "/status/200", null)));
        cases.add(new Case(
                "http2/grpc-trailers",
                "4.9",
                stand -> toHttp2(
                        stand,
                        "POST",
                        "/grpc",
                        "\0\0\0\0\0",
                        new Field("content-type", "application/grpc"),
                        new Field("te", "trailers"),
                        new Field("grpc-timeout", "5S"))));
        cases.add(new Case(
                "http2/fields",
                "4.6c",
                stand -> toHttp2(
                        stand,
                        "GET",
                        "/echo",
                        null,
                        new Field("x-forwarded-for", "1.2.3.4"),
                        new Field("x-forwarded-proto", "https"),
                        new Field("k-original-host", "other.test"),
                        new Field("knative-serving-revision", "r"),
                        new Field("cookie", "a=1"),
                        new Field("cookie", "b=2"))));
        cases.add(new Case(
                "http2/probe",
                "4.3b",
                stand -> http2(
                        stand,
                        "GET",
                        "/",
                        null,
                        new Field("user-agent", "kube-probe/1"),
                        new Field("k-network-probe", "queue"))));
        cases.add(new Case(
                "http2/probe-without-header",
                "4.3b",
                stand -> http2(stand, "GET", "/", null, new Field("user-agent", "Knative-Activator-Probe"))));
        cases.add(new Case(
                "http2/ingress-probe",
                "4.3c",
                stand -> http2(
                        stand,
                        "GET",
                        "/",
                        null,
                        new Field("k-network-probe", "probe"),
                        new Field("k-network-hash", "h1"))));
        cases.add(new Case("http2/two-streams", "2", stand -> {
            stand.app().http2(true);
            try (Wire wire = new Wire(Sidecar.MAIN)) {
                Frames frames = begin(wire);
                request(frames, 1, "GET", "/status/404", null);
                List<String> lines = answer(frames, 1);
                request(frames, 3, "GET", "/status/204", null);
                lines.addAll(answer(frames, 3));
                return lines;
            } finally {
                stand.app().http2(false);
            }
        }));
    }

    /** Some of the settings that the sidecar begins with. */
    private static Case settings(String id, Predicate<String> chosen) {
        return new Case(id, "2", stand -> {
            try (Wire wire = new Wire(Sidecar.MAIN)) {
                wire.send(Frames.PREFACE);
                Frames frames = new Frames(wire.in(), wire.out());
                frames.write(Frames.SETTINGS, 0, 0, new byte[0]);
                Frames.Frame first = frames.read();
                return first == null
                        ? List.of("[closed]")
                        : first.settings().stream().filter(chosen).toList();
            }
        });
    }

    private static List<String> toHttp2(Stand stand, String method, String path, @Nullable String body, Field... more)
            throws Exception {
        stand.app().http2(true);
        try {
            return http2(stand, method, path, body, more);
        } finally {
            stand.app().http2(false);
        }
    }

    private static List<String> http2(Stand stand, String method, String path, @Nullable String body, Field... more)
            throws Exception {
        try (Wire wire = new Wire(Sidecar.MAIN)) {
            Frames frames = begin(wire);
            request(frames, 1, method, path, body, more);
            List<String> lines = answer(frames, 1);
            lines.add("[requests seen by the program: " + stand.app().takeRequests() + "]");
            return lines;
        }
    }

    private static Frames begin(Wire wire) throws Exception {
        wire.send(Frames.PREFACE);
        Frames frames = new Frames(wire.in(), wire.out());
        frames.write(Frames.SETTINGS, 0, 0, new byte[0]);
        return frames;
    }

    private static void request(
            Frames frames, int stream, String method, String path, @Nullable String body, Field... more)
            throws Exception {
        frames.headers(stream, body == null, Field.request(method, path, more));
        if (body != null) {
            frames.data(stream, true, body);
        }
    }

    static List<String> answer(Frames frames, int stream) throws Exception {
        List<String> lines = new ArrayList<>();
        StringBuilder body = new StringBuilder();
        for (Frames.Frame frame = frames.read(); frame != null; frame = frames.read()) {
            if (frames.housekeeping(frame)) {
                continue;
            }
            switch (frame.type()) {
                case Frames.HEADERS -> {
                    List<Field> fields = frames.fields(frame);
                    if (frame.stream() == stream) {
                        fields.stream()
                                .map(field -> field.name().equals("date") ? "date: (a moment)" : field.toString())
                                .sorted()
                                .forEach(lines::add);
                    }
                }
                case Frames.DATA -> body.append(frame.octets());
                case Frames.RST_STREAM -> {
                    lines.add("[stream reset: " + frame.payload()[3] + "]");
                    return lines;
                }
                case Frames.GOAWAY -> lines.add("[going away]");
                default -> lines.add("[frame of type " + frame.type() + "]");
            }
            if (frame.endsStream() && frame.stream() == stream) {
                // Which stream it was on the other side is the sidecar's own affair.
                lines.add(body.toString().replaceFirst("stream ID \\d+", "stream ID N"));
                return lines;
            }
        }
        lines.add("[connection closed]");
        return lines;
    }
}
