package dev.baton.tck;

import static dev.baton.tck.Case.raw;
import static dev.baton.tck.SidecarCases.HOST;
import static dev.baton.tck.SidecarCases.get;

import dev.baton.tck.Hpack.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Ends in the wrong place (sections 4.9 and 4.10): clients that have said all and close their half, chunks and trailers that are none. */
final class CutCases {
    private static final String CHUNKED = "POST /echo" + HOST + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String BODY = "POST /sleep/400" + HOST;

    private CutCases() {}

    static List<Group> groups() {
        List<Case> cases = new ArrayList<>();
        halves(cases);
        chunks(cases);
        requestTrailers(cases);
        answers(cases);
        targets(cases);
        return List.of(
                new Group("cuts", Map.of(), cases),
                new Group("cuts and the queue", Map.of("CONTAINER_CONCURRENCY", "1"), List.of(waitingHalf())),
                new Group(
                        "cuts and nobody there",
                        Map.of("USER_PORT", "1"),
                        List.of(
                                new Case("absent/http2-head", "4.9", stand -> {
                                    try (Http2Client client = Http2Client.of(stand)) {
                                        return client.send("HEAD", "/echo").answer();
                                    }
                                }),
                                raw("absent/head", "4.9", "HEAD /echo" + HOST + "\r\n"))));
    }

    /** The request is whole; then the client's half of the connection ends, while the program takes its time. */
    private static void halves(List<Case> cases) {
        String[][] rows = {
            {"get", get("/sleep/400")},
            {"head", "HEAD /sleep/400" + HOST + "\r\n"},
            {"http10", "GET /sleep/400 HTTP/1.0\r\nHost: h\r\n\r\n"},
            {"close", "GET /sleep/400" + HOST + "Connection: close\r\n\r\n"},
            {"body", BODY + "Content-Length: 5\r\n\r\nhello"},
            {"body-100k", BODY + "Content-Length: 100000\r\n\r\n" + "y".repeat(100_000)},
            {"body-chunked", BODY + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
            {"body-empty", BODY + "Content-Length: 0\r\n\r\n"},
            {"two", get("/sleep/400") + get("/status/201")},
            {"second-cut", get("/sleep/400") + "GET /ec"},
            {"probe", "GET /" + HOST + "User-Agent: kube-probe/1\r\nK-Network-Probe: queue\r\n\r\n"},
            {"kubelet", "GET /sleep/400" + HOST + "K-Kubelet-Probe: x\r\n\r\n"},
        };
        for (String[] row : rows) {
            cases.add(new Case("half/" + row[0], "4.9", stand -> {
                try (Wire wire = new Wire(Sidecar.MAIN)) {
                    return wire.send(row[1]).endOutput().answers(1, row[1].startsWith("HEAD "));
                }
            }));
        }
        cases.add(cut("half/body-cut", BODY + "Content-Length: 5\r\n\r\nhel"));
        cases.add(cut("half/body-chunked-cut", BODY + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"));
        cases.add(new Case("half/while-answered", "4.9", stand -> {
            try (Wire wire = new Wire(Sidecar.MAIN)) {
                wire.send(get("/ticks/2"));
                String first = wire.within(500);
                String rest = wire.endOutput().within(2_500);
                return List.of("first: " + first.contains("tick0"), "rest: " + rest);
            }
        }));
        cases.add(new Case("half/http2", "4.9", stand -> {
            try (Http2Client client = Http2Client.of(stand)) {
                return client.get("/sleep/400").endOutput().answer();
            }
        }));
        cases.add(new Case("half/log", "4.9", stand -> {
            try (Wire wire = new Wire(Sidecar.MAIN)) {
                wire.send(get("/sleep/400")).endOutput().answers(1, false);
            }
            Thread.sleep(300);
            return List.of("logged as an error: "
                    + stand.sidecar().output().contains("error reverse proxying request; sockstat: "));
        }));
    }

    /** In whose words the reference complains depends on which of its threads sees the end first. */
    private static Case cut(String id, String octets) {
        return new Case(id, "4.10", stand -> {
            try (Wire wire = new Wire(Sidecar.MAIN)) {
                List<String> lines = wire.send(octets).endOutput().answers(1, false);
                return List.of(
                        lines.getFirst(),
                        lines.getLast(),
                        "[requests seen by the program: " + stand.app().takeRequests() + "]");
            }
        });
    }

    /** What comes is not all of it, or is taken for that: the answer so far, and what the program has seen. */
    private static Case unending(String id, String octets) {
        return new Case(id, "4.10", stand -> {
            try (Wire wire = new Wire(Sidecar.MAIN)) {
                List<String> lines = new ArrayList<>();
                lines.add("first line: " + wire.send(octets).within(1_500).split("\r\n", 2)[0]);
                lines.add("[requests seen by the program: " + stand.app().takeRequests() + "]");
                return lines;
            }
        });
    }

    private static Case waitingHalf() {
        return new Case("half/while-waiting", "4.7", stand -> {
            try (Wire running = new Wire(Sidecar.MAIN);
                    Wire wire = new Wire(Sidecar.MAIN)) {
                running.send(get("/sleep/900"));
                Thread.sleep(200);
                return wire.send(get("/status/201")).endOutput().answers(1, false);
            }
        });
    }

    private static void chunks(List<Case> cases) {
        String[][] rows = {
            {"lf-behind-size", "5\nhello\r\n0\r\n\r\n"},
            {"lf-behind-data", "5\r\nhello\n0\r\n\r\n"},
            {"lf-behind-last", "5\r\nhello\r\n0\n\r\n"},
            {"lf-everywhere", "5\nhello\n0\n\n"},
            {"space-behind-size", "5 \r\nhello\r\n0\r\n\r\n"},
            {"tab-behind-size", "5\t\r\nhello\r\n0\r\n\r\n"},
            {"space-before-size", " 5\r\nhello\r\n0\r\n\r\n"},
            {"plus", "+5\r\nhello\r\n0\r\n\r\n"},
            {"minus", "-5\r\nhello\r\n0\r\n\r\n"},
            {"prefix", "0x5\r\nhello\r\n0\r\n\r\n"},
            {"underscore", "0_5\r\nhello\r\n0\r\n\r\n"},
            {"no-size", "\r\nhello\r\n0\r\n\r\n"},
            {"no-size-but-extension", ";a\r\nhello\r\n0\r\n\r\n"},
            {"seventeen-digits", "10000000000000005\r\nhello\r\n0\r\n\r\n"},
            {"many-zeros", "00000000000000005\r\nhello\r\n0\r\n\r\n"},
            {"cr-in-extension", "5;a\rb\r\nhello\r\n0\r\n\r\n"},
            {"extension-5k", "5;" + "e".repeat(5_000) + "\r\nhello\r\n0\r\n\r\n"},
            {"data-too-long", "3\r\nhello\r\n0\r\n\r\n"},
            {"data-too-short-by-two", "7\r\nhello\r\n0\r\n\r\n"},
            {"cr-alone-behind-data", "5\r\nhello\r0\r\n\r\n"},
            {"no-crlf-behind-last", "5\r\nhello\r\n0\r\nXX"},
            {"nul-in-extension", "5;a\u0000b\r\nhello\r\n0\r\n\r\n"},
            {"controls-in-extension", "5;\u0001=\u007f\r\nhello\r\n0\r\n\r\n"},
            {"quote-open-in-extension", "5;a=\"b\r\nhello\r\n0\r\n\r\n"},
            {"nothing-behind-equals", "5;a=\r\nhello\r\n0\r\n\r\n"},
            {"extension-3k", "5;" + "e".repeat(3_000) + "\r\nhello\r\n0\r\n\r\n"},
            {"lf-in-extension", "5;a\nb\r\nhello\r\n0\r\n\r\n"},
            {"nul-in-last-extension", "5\r\nhello\r\n0;\u0000\r\n\r\n"},
        };
        for (String[] row : rows) {
            cases.add(raw("chunk/" + row[0], "4.10", CHUNKED + row[1]));
        }
        String[][] unending = {
            {"lf-behind-last-line", "5\r\nhello\r\n0\r\n\n"},
            {"lf-behind-trailers", "5\r\nhello\r\n0\r\nX-Sum: 7\r\n\n"},
        };
        for (String[] row : unending) {
            cases.add(unending("chunk/" + row[0], CHUNKED + row[1]));
        }
        String[][] cut = {
            {"nothing", ""},
            {"size", "5"},
            {"size-and-cr", "5\r"},
            {"size-and-crlf", "5\r\n"},
            {"data", "5\r\nhel"},
            {"data-whole", "5\r\nhello"},
            {"data-and-crlf", "5\r\nhello\r\n"},
            {"last", "5\r\nhello\r\n0"},
            {"last-and-crlf", "5\r\nhello\r\n0\r\n"},
            {"last-and-crlfcr", "5\r\nhello\r\n0\r\n\r"},
            {"trailer", "5\r\nhello\r\n0\r\nX-Sum: 7\r\n"},
        };
        for (String[] row : cut) {
            cases.add(cut("chunk/cut-" + row[0], CHUNKED + row[1]));
        }
    }

    private static void requestTrailers(List<Case> cases) {
        String[][] rows = {
            {"unannounced", "", "X-Sum: 7\r\n"},
            {"announced-and-absent", "Trailer: X-Sum\r\n", ""},
            {"two-of-a-name", "Trailer: X-Sum\r\n", "X-Sum: 7\r\nX-Sum: 8\r\n"},
            {"others-than-announced", "Trailer: X-Sum\r\n", "X-Other: 7\r\n"},
            {"length", "Trailer: Content-Length\r\n", "Content-Length: 7\r\n"},
            {"encoding", "Trailer: Transfer-Encoding\r\n", "Transfer-Encoding: chunked\r\n"},
            {"host", "Trailer: Host\r\n", "Host: other\r\n"},
            {"trailer", "Trailer: Trailer\r\n", "Trailer: X\r\n"},
            {"length-unannounced", "", "Content-Length: 7\r\n"},
            {"encoding-unannounced", "", "Transfer-Encoding: chunked\r\n"},
            {"folded", "Trailer: X-Sum\r\n", "X-Sum: a\r\n b\r\n"},
            {"5k", "Trailer: X-Sum\r\n", "X-Sum: " + "s".repeat(5_000) + "\r\n"},
            {"blank-in-name", "Trailer: X-Sum\r\n", "X Sum: 7\r\n"},
            {"blank-behind-name", "Trailer: X-Sum\r\n", "X-Sum : 7\r\n"},
            {"no-colon", "", "no colon\r\n"},
            {"no-colon-quoted", "", "say \"no\"\t\\ \u00e9\u0001\r\n"},
            {"bad-value", "", "X-Sum: a\u0001b\r\n"},
            {"nul-in-value", "", "X-Sum: a\u0000b\r\n"},
            {"fold-first", "", " X-Sum: 7\r\n"},
            {"empty-name", "", ": 7\r\n"},
            {"bad-name", "", "X(Sum: 7\r\n"},
            {"second-bad", "", "X-Sum: 7\r\nno colon\r\n"},
            {"lf-within", "Trailer: X-Sum\r\n", "X-Sum: 7\nX-Other: 8\r\n"},
        };
        for (String[] row : rows) {
            cases.add(raw(
                    "trailers/" + row[0],
                    "4.9",
                    "POST /echo" + HOST + row[1] + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n" + row[2]
                            + "\r\n"));
        }
        cases.add(raw(
                "trailers/then-a-request",
                "4.9",
                2,
                "POST /echo" + HOST + "Transfer-Encoding: chunked\r\n\r\n0\r\nX-Sum: 7\r\n\r\n" + get("/status/201")));
        cases.add(new Case("trailers/http2", "4.9", stand -> {
            try (Http2Client client = Http2Client.of(stand)) {
                return client.open("POST", "/echo", new Field("trailer", "X-Sum"), new Field("te", "trailers"))
                        .data(false, "hello")
                        .trailers(new Field("x-sum", "7"))
                        .answer();
            }
        }));
        cases.add(new Case("trailers/http2-announced-in-small-letters", "4.9", stand -> {
            try (Http2Client client = Http2Client.of(stand)) {
                return client.open("POST", "/echo", new Field("trailer", "x-sum, x-other"))
                        .data(false, "hello")
                        .trailers(new Field("x-sum", "7"), new Field("x-other", "8"))
                        .answer();
            }
        }));
        cases.add(new Case("trailers/http2-unannounced", "4.9", stand -> {
            try (Http2Client client = Http2Client.of(stand)) {
                return client.open("POST", "/echo")
                        .data(false, "hello")
                        .trailers(new Field("x-sum", "7"))
                        .answer();
            }
        }));
    }

    /** The same from the program: what the client gets of it. */
    private static void answers(List<Case> cases) {
        String chunked = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";
        String announced =
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n";
        String[][] rows = {
            {"extension", chunked + "5;a=b\r\nhello\r\n0\r\n\r\n"},
            {"lf", chunked + "5\nhello\n0\n\n"},
            {"space-behind-size", chunked + "5 \r\nhello\r\n0\r\n\r\n"},
            {"trailer-unannounced", chunked + "5\r\nhello\r\n0\r\nX-Sum: 7\r\n\r\n"},
            {"trailer-announced", announced + "5\r\nhello\r\n0\r\nX-Sum: 7\r\n\r\n"},
            {"trailer-absent", announced + "5\r\nhello\r\n0\r\n\r\n"},
            {"trailer-others", announced + "5\r\nhello\r\n0\r\nX-Other: 7\r\n\r\n"},
            {"no-body-but-trailer", announced + "0\r\nX-Sum: 7\r\n\r\n"},
        };
        for (String[] row : rows) {
            cases.add(raw("answer/chunk-" + row[0], "4.9", get(told(row[1]))));
        }
        String[][] broken = {
            {"bad-size", chunked + "zz\r\nhello\r\n0\r\n\r\n"},
            {"bad-second-size", chunked + "5\r\nhello\r\nzz\r\n"},
            {"no-crlf-behind-data", chunked + "5\r\nhelloXX0\r\n\r\n"},
            {"seventeen-digits", chunked + "10000000000000005\r\nhello\r\n0\r\n\r\n"},
            {"cut-in-data", chunked + "5\r\nhel"},
            {"cut-behind-data", chunked + "5\r\nhello\r\n"},
            {"cut-behind-last", chunked + "5\r\nhello\r\n0\r\n"},
            {"bad-trailer", announced + "5\r\nhello\r\n0\r\nX Sum: 7\r\n\r\n"},
        };
        for (String[] row : broken) {
            cases.add(new Case("answer/broken-" + row[0], "4.9", stand -> {
                try (Wire wire = new Wire(Sidecar.MAIN)) {
                    Message cut = wire.send(get(told(row[1]))).receive(false);
                    // How much of it comes, if anything, is a matter of buffers.
                    return List.of(cut != null && cut.whole() ? "whole" : "cut off");
                }
            }));
        }
    }

    private static String told(String octets) {
        return "/raw/" + java.net.URLEncoder.encode(octets, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static void targets(List<Case> cases) {
        String[] targets = {
            "/#",
            "/a?b#c",
            "/a%23b",
            "#frag",
            "/a#b#c",
            "/#?q",
            "/echo##",
            "*#x",
            "http://abs.test#b",
            "http://abs.test/?a#b"
        };
        for (int i = 0; i < targets.length; i++) {
            cases.add(raw("fragment/%02d".formatted(i), "4.9", get(targets[i])));
        }
        for (String path :
                List.of("/echo#a", "/#", "*", "echo", "http://abs.test/echo", "/echo?a#b", "", "//echo", "/ec ho")) {
            cases.add(new Case(
                    "http2-target/" + (path.isEmpty() ? "empty" : path.replaceAll("[^a-z*#]", "_")), "4.9", stand -> {
                        try (Http2Client client = Http2Client.of(stand)) {
                            return client.get(path).answer();
                        }
                    }));
        }
        cases.add(new Case("http2-target/options-star", "4.10", stand -> {
            try (Http2Client client = Http2Client.of(stand)) {
                return client.send("OPTIONS", "*").answer();
            }
        }));
        cases.add(new Case("http2/probe-head", "4.3b", stand -> {
            try (Http2Client client = Http2Client.of(stand)) {
                List<String> lines = client.send("HEAD", "/", new Field("user-agent", "kube-probe/1"))
                        .answer();
                lines.addAll(client.send("HEAD", "/", new Field("k-network-probe", "probe"))
                        .answer());
                return lines;
            }
        }));
    }
}
