package dev.baton.tck;

import static dev.baton.tck.SidecarCases.HOST;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Odd requests to the ports beside the main one (section 2): admin, Stat, user metrics. Each case puts the same octets to all three,
 * or to the latter two where the admin port of a candidate may have an API and a forward proxy of its own. What is measured, and so
 * differs with each look, is left out; of the user metrics, which versions tell differently, only what is not there is asked for.
 */
final class PortCases {
    private static final int[] PORTS = {Sidecar.ADMIN, Sidecar.STAT, Sidecar.USER_METRICS};
    private static final int[] WITHOUT_API = {Sidecar.STAT, Sidecar.USER_METRICS};
    private static final int SILENCE_MILLIS = 1_000;

    /** Of an answer that tells what was measured. */
    private static final Set<String> TOLD =
            Set.of("content-type", "x-content-type-options", "allow", "connection", "location", "date");

    private PortCases() {}

    static Group group() {
        List<Case> cases = new ArrayList<>();
        lines(cases);
        fields(cases);
        targets(cases);
        methods(cases);
        bodies(cases);
        connections(cases);
        drain(cases);
        return new Group("ports", Map.of(), cases);
    }

    private static void lines(List<Case> cases) {
        String[][] rows = {
            {"plain", "GET /metrics HTTP/1.1\r\nHost: fn.test\r\n\r\n"},
            {"http10", "GET /metrics HTTP/1.0\r\n\r\n"},
            {"http10-host", "GET /metrics HTTP/1.0\r\nHost: fn.test\r\n\r\n"},
            {"http10-keep-alive", "GET /metrics HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"},
            {"http10-keep-alive-unknown", "GET /none HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"},
            {"http10-head", "HEAD /none HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"},
            {"http10-post", "POST /none HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi"},
            {"http10-chunked", "POST /none HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
            {"http10-expect", "POST /none HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi"},
            {"http09", "GET /metrics\r\n\r\n"},
            {"http12", "GET /metrics HTTP/1.2\r\nHost: fn.test\r\n\r\n"},
            {"http20", "GET /metrics HTTP/2.0\r\nHost: fn.test\r\n\r\n"},
            {"http30", "GET /metrics HTTP/3.0\r\nHost: fn.test\r\n\r\n"},
            {"preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
            {"nonsense", "NONSENSE\r\n\r\n"},
            {"two-spaces", "GET  /metrics HTTP/1.1\r\nHost: fn.test\r\n\r\n"},
            {"space-before", " GET /metrics HTTP/1.1\r\nHost: fn.test\r\n\r\n"},
            {"empty-line-before", "\r\nGET /none HTTP/1.1\r\nHost: fn.test\r\n\r\n"},
            {"bare-lf", "GET /none HTTP/1.1\nHost: fn.test\n\n"},
            {"tls-hello", "\u0016\u0003\u0001\u0000\u0005\u0001\u0000\u0000\u0001\u0003\r\n\r\n"},
        };
        ask(cases, "line/", rows);
    }

    private static void fields(List<Case> cases) {
        String get = "GET /none HTTP/1.1\r\n";
        String[][] rows = {
            {"no-host", get + "\r\n"},
            {"two-hosts", get + "Host: a\r\nHost: b\r\n\r\n"},
            {"empty-host", get + "Host:\r\n\r\n"},
            {"bad-host", get + "Host: a b\r\n\r\n"},
            {"bad-name", get + "Host: a\r\nBad Name: 1\r\n\r\n"},
            {"no-colon", get + "Host: a\r\nNothing\r\n\r\n"},
            {"value-control", get + "Host: a\r\nX-Ctl: a\u0001b\r\n\r\n"},
            {"nul", get + "Host: a\r\nX-Nul: a\u0000b\r\n\r\n"},
            {"latin1", get + "Host: a\r\nX-Latin: \u00e9\r\n\r\n"},
            {"too-long", get + "Host: a\r\nX-Long: " + "x".repeat(1_200_000) + "\r\n\r\n"},
            {
                "expect-continue-and-body",
                "POST /none HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi"
            },
            {"expect-continue-no-body", get + "Host: a\r\nExpect: 100-continue\r\n\r\n"},
            {"expect-other", get + "Host: a\r\nExpect: nonsense\r\n\r\n"},
            {"expect-other-with-body", "POST /none HTTP/1.1\r\nHost: a\r\nExpect: x\r\nContent-Length: 2\r\n\r\nhi"},
            {"close", get + "Host: a\r\nConnection: close\r\n\r\n"},
            {"keep-alive", get + "Host: a\r\nConnection: keep-alive\r\n\r\n"},
            {"close-metrics", "GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"},
            {
                "upgrade-websocket",
                get + "Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            },
            {
                "upgrade-h2c",
                get + "Host: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                        + "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n"
            },
            {"accept-json", "GET /metrics HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n\r\n"},
            {"range", get + "Host: a\r\nRange: bytes=0-1\r\n\r\n"},
        };
        ask(cases, "field/", rows);
        String post = "POST /none HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n";
        cases.add(leave("field/expect-continue", post + "Content-Length: 2\r\n\r\n", "hi"));
        cases.add(leave("field/expect-continue-chunked", post + "Transfer-Encoding: chunked\r\n\r\n", "0\r\n\r\n"));
    }

    /** A client that awaits leave to send its body, and sends it when it has its answer. */
    private static Case leave(String id, String head, String body) {
        return new Case("ports/" + id, "2", stand -> {
            stand.sidecar().await(PORTS);
            List<String> lines = new ArrayList<>();
            for (int port : PORTS) {
                try (Wire wire = new Wire(port)) {
                    Message message = wire.send(head).receive(false);
                    lines.add("[port " + port + "]");
                    lines.addAll(message == null ? List.of("[closed]") : message.lines());
                    lines.addAll(wire.send(body).answers(1, false));
                }
            }
            return lines;
        });
    }

    private static void targets(List<Case> cases) {
        String[] targets = {
            "/",
            "//",
            "//metrics",
            "/metrics/",
            "/metrics//",
            "/./metrics",
            "/x/../metrics",
            "/../metrics",
            "/metrics/.",
            "/metrics/..",
            "/x/./y",
            "/x/../y",
            "/x//y",
            "/metrics?a=b",
            "/x//y?a=b",
            "/metrics?",
            "/metrics#x",
            "/metrics;x",
            "/%6detrics",
            "/metrics%2F",
            "/%2e%2e/metrics",
            "/metrics%",
            "/METRICS",
            "//a%20b!c?d=%20&e='f",
            "//x\\y%2F",
            "//%C3%A9/",
            "metrics",
            "*",
            "?",
            "/wait-for-drain/../metrics",
            "/x\\y",
            "/.",
            "/..",
            "/...",
            "/x/.",
            "/x/..",
            "/x/../../metrics",
        };
        for (String target : targets) {
            String name = "target/" + target.replace('/', '!').replace('*', '+');
            cases.add(asked(name, "GET " + target + HOST + "\r\n"));
        }
        for (String target : List.of("http://abs.test", "http://abs.test//metrics", "http://abs.test/metrics")) {
            cases.add(everywhere(
                    "target-absolute/" + target.substring(7).replace('/', '!'),
                    WITHOUT_API,
                    "GET " + target + HOST + "\r\n",
                    1,
                    0,
                    false));
        }
        cases.add(everywhere("method/connect", WITHOUT_API, "CONNECT fn.test:80" + HOST + "\r\n", 1, 0, false));
        cases.add(asked("target/long", "GET /" + "x".repeat(6_000) + HOST + "\r\n"));
    }

    private static void methods(List<Case> cases) {
        for (String method : List.of(
                "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO", "get", "PRI", "M-SEARCH")) {
            cases.add(asked("method/" + method, method + " /metrics" + HOST + "\r\n"));
            cases.add(asked("method-unknown/" + method, method + " /none" + HOST + "\r\n"));
            cases.add(asked("method-unclean/" + method, method + " /x//y" + HOST + "\r\n"));
        }
        String[][] rows = {
            {"options-star", "OPTIONS *" + HOST + "\r\n"},
            {"options-star-http10", "OPTIONS * HTTP/1.0\r\n\r\n"},
            {"options-star-body", "OPTIONS *" + HOST + "Content-Length: 2\r\n\r\nhi"},
            {"options-star-close", "OPTIONS *" + HOST + "Connection: close\r\n\r\n"},
            {"slash", "G/T /metrics" + HOST + "\r\n"},
            {"none", " /metrics" + HOST + "\r\n"},
        };
        ask(cases, "method/", rows);
    }

    private static void bodies(List<Case> cases) {
        String post = "POST /none" + HOST;
        String chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
        String tooMuch = "x".repeat(300 << 10);
        String[][] rows = {
            {"length", post + "Content-Length: 5\r\n\r\nhello"},
            {"length-metrics", "POST /metrics" + HOST + "Content-Length: 5\r\n\r\nhello"},
            {"length-get", "GET /metrics" + HOST + "Content-Length: 5\r\n\r\nhello"},
            {"length-zero", post + "Content-Length: 0\r\n\r\n"},
            {"length-long", post + "Content-Length: 200000\r\n\r\n" + "x".repeat(200_000)},
            {"length-too-long", post + "Content-Length: " + (300 << 10) + "\r\n\r\n" + tooMuch},
            {"length-too-long-unsent", post + "Content-Length: 1000000000\r\n\r\n"},
            {"length-limit", post + "Content-Length: 262144\r\n\r\n" + "x".repeat(262_144)},
            {"length-below-limit", post + "Content-Length: 262143\r\n\r\n" + "x".repeat(262_143)},
            {"length-negative", post + "Content-Length: -1\r\n\r\n"},
            {"length-words", post + "Content-Length: two\r\n\r\nhi"},
            {"length-empty", post + "Content-Length:\r\n\r\n"},
            {"lengths-different", post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi!"},
            {"chunked", chunked + "5\r\nhello\r\n0\r\n\r\n"},
            {"chunked-trailers", chunked + "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"},
            {"chunked-too-long", chunked + "4b000\r\n" + tooMuch + "\r\n0\r\n\r\n"},
            {"chunk-bad-size", chunked + "zz\r\nhello\r\n0\r\n\r\n"},
            {"chunk-bad-size-metrics", "POST /metrics" + HOST + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"},
            {"chunk-bad-end", chunked + "5\r\nhelloXX0\r\n\r\n"},
            {"chunk-later-bad", chunked + "5\r\nhello\r\nzz\r\n"},
            {"chunk-bad-trailer", chunked + "0\r\nno colon\r\n\r\n"},
            {"encoding-unknown", post + "Transfer-Encoding: gzip\r\n\r\n"},
            {"encoding-two", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
            {"body-then-next", post + "Content-Length: 2\r\n\r\nhiGET /x" + HOST + "\r\n"},
        };
        ask(cases, "body/", rows);
        cases.add(silent("body/length-short", post + "Content-Length: 5\r\n\r\nhe"));
        cases.add(silent("body/chunk-short", chunked + "5\r\nhe"));
        cases.add(cut("body/length-cut", post + "Content-Length: 5\r\n\r\nhe"));
        cases.add(cut("body/chunk-cut", chunked + "5\r\nhe"));
    }

    private static void connections(List<Case> cases) {
        String none = "GET /none" + HOST + "\r\n";
        String last = "GET /none" + HOST + "Connection: close\r\n\r\n";
        cases.add(several("connection/two-at-once", 2, none + none));
        cases.add(several("connection/stat-and-none-at-once", 3, none + "GET /metrics" + HOST + "\r\n" + none));
        cases.add(several("connection/second-closes", 3, none + last + none));
        cases.add(several("connection/body-between", 2, "POST /none" + HOST + "Content-Length: 2\r\n\r\nhi" + none));
        cases.add(several("connection/garbage-behind", 2, none + "NONSENSE\r\n\r\n"));
        cases.add(several("connection/no-host-behind", 2, none + "GET /none HTTP/1.1\r\n\r\n"));
        cases.add(several(
                "connection/too-long-body-between",
                2,
                "POST /none" + HOST + "Content-Length: 307200\r\n\r\n" + "x".repeat(300 << 10) + none));
        cases.add(cut("connection/ended-behind-request", none));
        cases.add(cut("connection/ended-behind-two", none + none));
        cases.add(cut("connection/ended-behind-metrics", "GET /metrics" + HOST + "\r\n"));
        cases.add(cut("connection/ended-at-once", ""));
        cases.add(cut("connection/ended-in-line", "GET /no"));
        cases.add(cut("connection/ended-in-fields", "GET /none" + HOST));
        cases.add(cut("connection/ended-in-second", none + "GET /no"));
        cases.add(silent("connection/head-unended", "GET /none" + HOST));
    }

    private static void drain(List<Case> cases) {
        String[][] rows = {
            {"plain", "GET /wait-for-drain" + HOST + "\r\n"},
            {"http10", "GET /wait-for-drain HTTP/1.0\r\n\r\n"},
            {"post", "POST /wait-for-drain" + HOST + "Content-Length: 2\r\n\r\nhi"},
            {"head", "HEAD /wait-for-drain" + HOST + "\r\n"},
            {"head-http10", "HEAD /wait-for-drain HTTP/1.0\r\n\r\n"},
            {"query", "GET /wait-for-drain?a=b" + HOST + "\r\n"},
            {"escaped", "GET /wait%2dfor-drain" + HOST + "\r\n"},
            {"no-host", "GET /wait-for-drain HTTP/1.1\r\n\r\n"},
            {"unclean", "GET //wait-for-drain" + HOST + "\r\n"},
            {"dots", "GET /x/../wait-for-drain" + HOST + "\r\n"},
            {"close", "GET /wait-for-drain" + HOST + "Connection: close\r\n\r\n"},
        };
        for (String[] row : rows) {
            cases.add(new Case("ports/drain/" + row[0], "8", stand -> answers(Sidecar.ADMIN, row[1], 1, 0, false)));
        }
        String get = "GET /wait-for-drain" + HOST + "\r\n";
        cases.add(new Case("ports/drain/two-at-once", "8", stand -> answers(Sidecar.ADMIN, get + get, 2, 0, false)));
        cases.add(new Case("ports/drain/ended", "8", stand -> answers(Sidecar.ADMIN, get, 1, 0, true)));
    }

    private static void ask(List<Case> cases, String topic, String[][] rows) {
        for (String[] row : rows) {
            cases.add(asked(topic + row[0], row[1]));
        }
    }

    private static Case asked(String id, String octets) {
        return several(id, 1, octets);
    }

    private static Case several(String id, int answers, String octets) {
        return everywhere(id, PORTS, octets, answers, 0, false);
    }

    /** Octets to which no answer may come yet. */
    private static Case silent(String id, String octets) {
        return everywhere(id, PORTS, octets, 1, SILENCE_MILLIS, false);
    }

    /** Octets, and then the end of what the client sends; it goes on reading. */
    private static Case cut(String id, String octets) {
        return everywhere(id, PORTS, octets, 2, 0, true);
    }

    private static Case everywhere(String id, int[] ports, String octets, int answers, int patience, boolean ended) {
        return new Case("ports/" + id, "2", stand -> {
            stand.sidecar().await(ports);
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<List<String>>> asked = new ArrayList<>();
                for (int port : ports) {
                    String question = port == Sidecar.USER_METRICS ? elsewhere(octets) : octets;
                    asked.add(threads.submit(() -> answers(port, question, answers, patience, ended)));
                }
                List<String> lines = new ArrayList<>();
                for (int i = 0; i < ports.length; i++) {
                    lines.add("[port " + ports[i] + "]");
                    lines.addAll(asked.get(i).get());
                }
                return lines;
            }
        });
    }

    /** The same for a path that is not there. */
    private static String elsewhere(String octets) {
        return octets.replace("/metrics HTTP/", "/none HTTP/")
                .replace(" /metrics?", " /none?")
                .replace("/%6detrics ", "/%6eone ");
    }

    private static List<String> answers(int port, String octets, int count, int patience, boolean ended)
            throws IOException {
        try (Wire wire = new Wire(port)) {
            if (patience > 0) {
                wire.patience(patience);
            }
            wire.send(octets);
            if (ended) {
                wire.endOutput();
            }
            return wire.answers(count, octets.startsWith("HEAD "), PortCases::told);
        }
    }

    private static List<String> told(Message message) {
        if (message.status() != 200 || message.body().isEmpty()) {
            return message.lines();
        }
        List<String> lines = new ArrayList<>();
        lines.add(message.start());
        message.fields().forEach((name, values) -> {
            if (TOLD.contains(name)) {
                values.forEach(value -> lines.add(name + ": " + (name.equals("date") ? "(a moment)" : value)));
            }
        });
        lines.add(message.whole() ? "[whole]" : "[cut off]");
        return lines;
    }
}
