package dev.baton.tck;

import static dev.baton.tck.Case.raw;
import static dev.baton.tck.SidecarCases.HOST;
import static dev.baton.tck.SidecarCases.get;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is read of a request before anything is done with it (sections 2, 4.9 and 4.10): lines, fields, lengths, and heads that end too soon. */
final class HeadCases {
    private HeadCases() {}

    static Group group() {
        List<Case> cases = new ArrayList<>();
        cutShort(cases);
        prefaces(cases);
        lines(cases);
        fields(cases);
        lengths(cases);
        chunks(cases);
        return new Group("heads", Map.of(), cases);
    }

    /** Octets, and then the end of what the client sends; it goes on reading. */
    private static Case ended(String id, String section, String octets) {
        return new Case(id, section, stand -> {
            try (Wire wire = new Wire(Sidecar.MAIN)) {
                List<String> lines = wire.send(octets).endOutput().answers(1, false);
                lines.add("[requests seen by the program: " + stand.app().takeRequests() + "]");
                return lines;
            }
        });
    }

    private static void cutShort(List<Case> cases) {
        String[][] rows = {
            {"nothing", ""},
            {"method", "GET"},
            {"target", "GET /echo"},
            {"line", "GET /echo HTTP/1.1"},
            {"line-of-http2", "PRI * HTTP/2.0"},
            {"line-and-crlf", "GET /echo HTTP/1.1\r\n"},
            {"bad-line", "NONSENSE\r\n"},
            {"bad-line-unended", "NONSENSE"},
            {"version", "GET /echo HTTP/3.0\r\n"},
            {"field-name", "GET /echo HTTP/1.1\r\nHos"},
            {"field", "GET /echo HTTP/1.1\r\nHost: fn"},
            {"field-and-crlf", "GET /echo" + HOST},
            {"bad-field", "GET /echo" + HOST + "Bad Name: 1\r\n"},
        };
        for (String[] row : rows) {
            cases.add(ended("cut/" + row[0], "4.10", row[1]));
        }
        for (String[] row : rows) {
            cases.add(new Case("cut/second-" + row[0], "4.10", stand -> {
                try (Wire wire = new Wire(Sidecar.MAIN)) {
                    List<String> lines =
                            new ArrayList<>(wire.send(get("/status/201")).answers(1, false));
                    lines.addAll(wire.send(row[1]).endOutput().answers(1, false));
                    return lines;
                }
            }));
        }
    }

    private static void prefaces(List<Case> cases) {
        String[][] rows = {
            {"other-second-half", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"},
            {"of-another-target", "PRI / HTTP/2.0\r\nHost: fn.test\r\n\r\n"},
            {"of-another-method", "GET /echo HTTP/2.0\r\nHost: fn.test\r\n\r\n"},
            {"of-another-method-and-star", "OPTIONS * HTTP/2.0\r\nHost: fn.test\r\n\r\n"},
        };
        for (String[] row : rows) {
            cases.add(ended("preface/" + row[0], "2", row[1]));
        }
    }

    private static void lines(List<Case> cases) {
        String rest = "\r\nHost: fn.test\r\n\r\n";
        String[][] rows = {
            {"two-spaces", "GET  /echo HTTP/1.1"},
            {"space-behind-target", "GET /echo  HTTP/1.1"},
            {"space-in-target", "GET /echo x HTTP/1.1"},
            {"space-before", " GET /echo HTTP/1.1"},
            {"space-behind", "GET /echo HTTP/1.1 "},
            {"tab", "GET\t/echo\tHTTP/1.1"},
            {"no-method", " /echo HTTP/1.1"},
            {"method-with-slash", "G/T /echo HTTP/1.1"},
            {"method-latin1", "G\u00e9T /echo HTTP/1.1"},
            {"version-1.10", "GET /echo HTTP/1.10"},
            {"version-01.1", "GET /echo HTTP/01.1"},
            {"version-0.9", "GET /echo HTTP/0.9"},
            {"version-1", "GET /echo HTTP/1"},
            {"version-1.x", "GET /echo HTTP/1.x"},
            {"version-other", "GET /echo HTPP/1.1"},
            {"target-relative", "GET echo HTTP/1.1"},
            {"target-empty-query", "GET ?a HTTP/1.1"},
            {"target-control", "GET /echo\u0001 HTTP/1.1"},
            {"target-delete", "GET /echo\u007f HTTP/1.1"},
            {"target-bad-port", "GET http://fn.test:x/echo HTTP/1.1"},
            {"target-escaped-host", "GET http://a%20b/echo HTTP/1.1"},
            {"target-absolute-query", "GET http://abs.test?x=1 HTTP/1.1"},
            {"target-absolute-fragment", "GET http://abs.test/a#b HTTP/1.1"},
            {"target-capitals", "GET HTTP://ABS.TEST/echo HTTP/1.1"},
            {"target-v6", "GET http://[::1]:80/echo HTTP/1.1"},
            {"options-star-http10", "OPTIONS * HTTP/1.0"},
            {"options-star-close", "OPTIONS * HTTP/1.1\r\nConnection: close"},
            {"options-star-body", "OPTIONS * HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"},
            {"options-star-query", "OPTIONS *?a HTTP/1.1"},
            {"first-field-folded", "GET /echo HTTP/1.1\r\n X-Fold: 1"},
            {"target-v6-no-port", "GET http://[::1]/echo HTTP/1.1"},
            {"target-empty-port", "GET http://abs.test:/echo HTTP/1.1"},
            {"bad-then-good", "NONSENSE\r\n\r\nGET /echo HTTP/1.1"},
            {"cr-inside", "GET /ec\rho HTTP/1.1"},
        };
        for (String[] row : rows) {
            cases.add(raw("line/" + row[0], "4.10", row[1] + rest));
        }
    }

    private static void fields(List<Case> cases) {
        String[][] rows = {
            {"no-colon", "Nothing"},
            {"no-name", ": x"},
            {"name-latin1", "X-\u00e9: 1"},
            {"name-control", "X-\u0001: 1"},
            {"name-underscore", "X_Low: 1"},
            {"name-dot", "x.y!#$%&'*+-^`|~: 1"},
            {"name-slash", "X/Y: 1"},
            {"name-tab", "X-Tab\t: 1"},
            {"value-delete", "X-Del: a\u007fb"},
            {"value-control", "X-Ctl: a\u0001b"},
            {"value-cr", "X-Cr: a\rb"},
            {"value-cr-at-end", "X-Cr: a\r"},
            {"value-tab-around", "X-Tab: \ta\t"},
            {"host-twice-same", "Host: fn.test"},
            {"te-capitals", "TE: Trailers"},
            {"te-two-fields", "TE: gzip\r\nTE: trailers"},
            {"te-weight", "TE: trailers;q=0.5"},
            {"connection-two-fields", "Connection: X-One\r\nConnection: X-Two\r\nX-One: 1\r\nX-Two: 2\r\nX-Three: 3"},
            {"connection-names-host", "Connection: Host"},
            {"connection-names-length", "Connection: Content-Length\r\nContent-Length: 0"},
            {"connection-names-forwarded", "Connection: X-Forwarded-For\r\nX-Forwarded-For: 1.2.3.4"},
            {"connection-names-user-agent", "Connection: User-Agent\r\nUser-Agent: a"},
            {"connection-empty", "Connection:"},
            {"connection-close-and-more", "Connection: close, X-One\r\nX-One: 1"},
            {"connection-Close", "Connection: Close"},
            {"connection-upgrade-alone", "Connection: Upgrade"},
            {"upgrade-lower", "Connection: upgrade\r\nUpgrade: WebSocket"},
            {"upgrade-among-others", "Connection: keep-alive, Upgrade\r\nUpgrade: own/1, own/2"},
            {"upgrade-empty", "Connection: Upgrade\r\nUpgrade:"},
            {"trailer-named", "Trailer: X-Sum"},
            {"knative-revision-lower", "knative-serving-revision: r\r\nKNATIVE-SERVING-NAMESPACE: n"},
            {"original-host-twice", "K-Original-Host: a.test\r\nK-Original-Host: b.test"},
            {"forwarded-for-empty", "X-Forwarded-For:"},
            {"forwarded-for-empty-parts", "X-Forwarded-For: , 1.2.3.4,,"},
            {"forwarded-empty", "Forwarded:\r\nX-Forwarded-For: 1.1.1.1"},
            {"forwarded-host-list", "X-Forwarded-Host: a, b\r\nX-Forwarded-Proto: https, http"},
            {"forwarded-host-port", "X-Forwarded-Host: a:80"},
            {"forwarded-v6-brackets", "X-Forwarded-For: [2001:db8::1]:80"},
            {"pragma", "Pragma: no-cache"},
            {"user-agent-empty", "User-Agent:"},
            {"expect-other-case", "Expect: 100-Continue\r\nContent-Length: 0"},
            {"expect-twice", "Expect: 100-continue\r\nExpect: miracles\r\nContent-Length: 0"},
            {"expect-empty", "Expect:\r\nContent-Length: 0"},
        };
        for (String[] row : rows) {
            cases.add(raw("field/" + row[0], "4.9", "GET /echo HTTP/1.1\r\nHost: fn.test\r\n" + row[1] + "\r\n\r\n"));
        }
        String[][] hosts = {
            {"capitals-port", "FN.test:80"},
            {"v6", "[::1]:8012"},
            {"empty-port", "fn.test:"},
            {"bad-port", "fn.test:x"},
            {"comma", "a,b"},
            {"slash", "a/b"},
            {"at", "fn@test"},
            {"escape", "%41"},
            {"latin1", "caf\u00e9"},
            {"v4", "1.2.3.4"},
        };
        for (String[] host : hosts) {
            cases.add(raw("host/" + host[0], "4.10", "GET /echo HTTP/1.1\r\nHost: " + host[1] + "\r\n\r\n"));
        }
        cases.add(raw("host/absolute-other", "4.9", "GET http://abs.test/echo HTTP/1.1\r\nHost: a b\r\n\r\n"));
        cases.add(raw("host/absolute-none", "4.9", "GET http://abs.test/echo HTTP/1.1\r\n\r\n"));
        cases.add(raw("host/http10-two", "4.10", "GET /echo HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"));
        cases.add(raw(
                "host/absolute-and-original",
                "4.7",
                "GET http://abs.test/echo HTTP/1.1\r\nHost: h\r\nK-Original-Host: o.test\r\n\r\n"));
    }

    private static void lengths(List<Case> cases) {
        String[][] rows = {
            {"empty", "Content-Length:", ""},
            {"zeros", "Content-Length: 0005", "hello"},
            {"spaces", "Content-Length:   5  ", "hello"},
            {"hexadecimal", "Content-Length: 0x5", "hello"},
            {"too-large", "Content-Length: 9223372036854775808", ""},
            {"minus-zero", "Content-Length: -0", ""},
            {"fraction", "Content-Length: 5.0", "hello"},
            {"two-words", "Content-Length: 5 5", "hello"},
            {"te-identity", "Transfer-Encoding: identity\r\nContent-Length: 5", "hello"},
            {"te-capitals", "Transfer-Encoding: Chunked", "0\r\n\r\n"},
            {"te-empty", "Transfer-Encoding:", ""},
            {"te-chunked-twice", "Transfer-Encoding: chunked, chunked", "0\r\n\r\n"},
            {"te-space", "Transfer-Encoding:  chunked ", "0\r\n\r\n"},
            {"te-parameter", "Transfer-Encoding: chunked;q=1", "0\r\n\r\n"},
            {"te-chunked-first", "Transfer-Encoding: chunked, gzip", "0\r\n\r\n"},
            {"te-tab-inside", "Transfer-Encoding: \u000bchunked", "0\r\n\r\n"},
        };
        for (String[] row : rows) {
            cases.add(raw("length/" + row[0], "4.10", "POST /echo" + HOST + row[1] + "\r\n\r\n" + row[2]));
        }
        for (String method : List.of("GET", "HEAD", "DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "X-OWN")) {
            cases.add(raw("length/of-zero-" + method, "4.9", method + " /echo" + HOST + "Content-Length: 0\r\n\r\n"));
        }
        cases.add(raw(
                "length/chunked-get",
                "4.9",
                "GET /echo" + HOST + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"));
    }

    private static void chunks(List<Case> cases) {
        String[][] rows = {
            {"zeros", "0005\r\nhello\r\n000\r\n\r\n"},
            {"extension-empty", "5;\r\nhello\r\n0\r\n\r\n"},
            {"extension-quoted", "5;a=\"b;c\"\r\nhello\r\n0\r\n\r\n"},
            {"last-extension", "5\r\nhello\r\n0;x\r\n\r\n"},
        };
        for (String[] row : rows) {
            cases.add(raw(
                    "chunk/" + row[0], "4.10", "POST /echo" + HOST + "Transfer-Encoding: chunked\r\n\r\n" + row[1]));
        }
    }
}
