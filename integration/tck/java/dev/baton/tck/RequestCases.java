package dev.baton.tck;

import static dev.baton.tck.Case.raw;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The request path (section 4): probes, header rules, targets, bodies, framing, what the program answers. */
final class RequestCases {
    private RequestCases() {}

    static Group group() {
        List<Case> cases = new ArrayList<>();
        probes(cases);
        headers(cases);
        targets(cases);
        bodies(cases);
        responses(cases);
        framing(cases);
        return new Group("request path", Map.of(), cases);
    }

    private static String get(String path, String... fields) {
        return request("GET", path, fields) + "\r\n";
    }

    private static String request(String method, String path, String... fields) {
        StringBuilder head =
                new StringBuilder(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: fn.test\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        return head.toString();
    }

    private static void probes(List<Case> cases) {
        for (String agent : List.of("kube-probe/1.30", "Knative-Activator-Probe", "Knative-Autoscaling-Probe")) {
            String ua = "User-Agent: " + agent;
            String name = "probe/" + agent.replace("/1.30", "").toLowerCase(Locale.ROOT);
            cases.add(raw(name + "/queue", "4.3b", get("/", ua, "K-Network-Probe: queue")));
            cases.add(raw(name + "/queue-any-path", "4.3b", get("/healthz?x", ua, "K-Network-Probe: queue")));
            cases.add(raw(name + "/absent", "4.3b", get("/", ua)));
            cases.add(raw(name + "/other-value", "4.3b", get("/", ua, "K-Network-Probe: probe")));
            cases.add(raw(name + "/post", "4.3b", request("POST", "/", ua, "Content-Length: 3") + "\r\nabc"));
        }
        String ready = "K-Network-Probe: queue";
        cases.add(raw("probe/head", "4.3b", request("HEAD", "/", "User-Agent: kube-probe/1", ready) + "\r\n"));
        cases.add(raw("probe/head-refused", "4.3b", request("HEAD", "/", "User-Agent: kube-probe/1") + "\r\n"));
        cases.add(raw("probe/http10", "4.3b", "GET / HTTP/1.0\r\nUser-Agent: kube-probe/1\r\n" + ready + "\r\n\r\n"));
        cases.add(raw("probe/options-star", "4.3b", request("OPTIONS", "*", "User-Agent: kube-probe/1") + "\r\n"));
        cases.add(raw("probe/header-twice", "4.3b", get("/", "User-Agent: kube-probe/1", ready, "K-Network-Probe: x")));
        cases.add(raw("probe/agent-twice", "4.3b", get("/", "User-Agent: kube-probe/1", "User-Agent: curl", ready)));
        cases.add(raw(
                "probe/value-blank-around", "4.3b", get("/", "User-Agent: kube-probe/1", "K-Network-Probe:  queue  ")));
        cases.add(raw("probe/value-markup", "4.3b", get("/", "User-Agent: kube-probe/1", "K-Network-Probe: <a>&")));
        cases.add(raw("probe/close", "4.3b", get("/", "User-Agent: kube-probe/1", ready, "Connection: close")));
        cases.add(raw("probe/expect", "4.3b", get("/", "User-Agent: kube-probe/1", ready, "Expect: 100-continue")));
        cases.add(raw(
                "probe/ingress/head",
                "4.3c",
                request("HEAD", "/", "K-Network-Probe: probe", "K-Network-Hash: h") + "\r\n"));
        cases.add(raw(
                "probe/ingress/post",
                "4.3c",
                request("POST", "/x", "K-Network-Probe: probe", "K-Network-Hash: h", "Content-Length: 2") + "\r\nhi"));
        cases.add(raw(
                "probe/ingress/two-hashes",
                "4.3c",
                get("/", "K-Network-Probe: probe", "K-Network-Hash: a", "K-Network-Hash: b")));
        cases.add(raw(
                "probe/ingress/kubelet-field",
                "4.3c",
                get("/", "K-Network-Probe: probe", "K-Network-Hash: a", "K-Kubelet-Probe: x")));
        cases.add(raw("probe/ingress/with-hash", "4.3c", get("/", "K-Network-Probe: probe", "K-Network-Hash: h1")));
        cases.add(raw("probe/ingress/without-hash", "4.3c", get("/", "K-Network-Probe: probe")));
        cases.add(raw("probe/ingress/empty-hash", "4.3c", get("/", "K-Network-Probe: probe", "K-Network-Hash:")));
        cases.add(
                raw("probe/ordinary-agent-queue", "4.3d", get("/echo", "K-Network-Probe: queue", "User-Agent: curl")));
        cases.add(raw("probe/ordinary-agent-other", "4.3d", get("/echo", "K-Network-Probe: x", "User-Agent: curl")));
        cases.add(raw("probe/kubelet-header", "4.3a", get("/echo", "K-Kubelet-Probe: queue", "User-Agent: curl")));
        cases.add(raw("probe/agent-in-the-middle", "4.3b", get("/echo", "User-Agent: x kube-probe/1.0")));
        cases.add(raw("probe/agent-other-case", "4.3b", get("/echo", "User-Agent: Kube-Probe/1.0")));
        cases.add(
                raw("probe/header-other-case", "4.3b", get("/", "user-agent: kube-probe/1", "k-network-probe: queue")));
        cases.add(
                raw("probe/value-other-case", "4.3b", get("/", "User-Agent: kube-probe/1", "K-Network-Probe: Queue")));
    }

    private static void headers(List<Case> cases) {
        String[][] rows = {
            {"plain", "4.9"},
            {"user-agent-absent", "4.9"},
            {"connection-named", "4.9", "Connection: X-Hop, keep-alive", "X-Hop: 1", "X-Stay: 1"},
            {"keep-alive", "4.9", "Keep-Alive: timeout=5"},
            {"proxy-connection", "4.9", "Proxy-Connection: keep-alive"},
            {"proxy-authorization", "4.9", "Proxy-Authorization: Basic eA=="},
            {"proxy-authenticate", "4.9", "Proxy-Authenticate: Basic"},
            {"te-trailers", "4.9", "TE: trailers"},
            {"te-gzip", "4.9", "TE: gzip"},
            {"te-trailers-and-gzip", "4.9", "TE: trailers, gzip"},
            {"upgrade-without-connection", "4.9", "Upgrade: websocket"},
            {"knative-revision", "4.9", "Knative-Serving-Revision: r", "Knative-Serving-Namespace: n"},
            {"proxy-request-kept", "4.9", "K-Proxy-Request: activator"},
            {"tag-kept", "4.9", "Knative-Serving-Tag: blue"},
            {"default-route", "4.9", "Knative-Serving-Default-Route: true"},
            {"forwarded-for-joined", "4.9", "X-Forwarded-For: 1.2.3.4"},
            {"forwarded-for-list", "4.6c", "X-Forwarded-For: 1.2.3.4, 5.6.7.8"},
            {"forwarded-for-twice", "4.6c", "X-Forwarded-For: 1.2.3.4", "X-Forwarded-For: 5.6.7.8"},
            {"forwarded-for-v6", "4.6c", "X-Forwarded-For: 2001:db8::1"},
            {"forwarded-for-port", "4.6c", "X-Forwarded-For: 1.2.3.4:99"},
            {"forwarded-proto", "4.6c", "X-Forwarded-Proto: https"},
            {"forwarded-host", "4.6c", "X-Forwarded-Host: h.test"},
            {"forwarded-all", "4.6c", "X-Forwarded-For: a, b", "X-Forwarded-Proto: https", "X-Forwarded-Host: h"},
            {"forwarded-proto-host", "4.6c", "X-Forwarded-Proto: http", "X-Forwarded-Host: h"},
            {"forwarded-kept", "4.6c", "Forwarded: for=9.9.9.9", "X-Forwarded-For: 1.1.1.1"},
            {"forwarded-for-spaces", "4.6c", "X-Forwarded-For:   1.2.3.4 ,5.6.7.8  "},
            {"original-host", "4.7", "K-Original-Host: other.test"},
            {"original-host-empty", "4.7", "K-Original-Host:"},
            {"original-host-port", "4.7", "K-Original-Host: other.test:8080"},
            {"b3-untouched", "6.5", "X-B3-TraceId: 0123456789abcdef", "X-B3-Sampled: 1"},
            {"traceparent-untouched", "6.5", "Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
            {"accept-encoding", "4.9", "Accept-Encoding: gzip, br"},
            {"accept-encoding-absent", "4.9", "X-None: 1"},
            {"cookie-twice", "4.9", "Cookie: a=1", "Cookie: b=2"},
            {"same-name-twice", "4.9", "X-Two: 1", "X-Two: 2"},
            {"empty-value", "4.9", "X-Empty:"},
            {"value-latin1", "4.9", "X-Latin: caf\u00e9"},
            {"value-spaces", "4.9", "X-Space:    a  b   "},
            {"value-tab", "4.9", "X-Tab: a\tb"},
            {"range", "4.9", "Range: bytes=0-1"},
            {"authorization", "4.9", "Authorization: Bearer x"},
            {"content-type-on-get", "4.9", "Content-Type: text/plain"},
            {"expect-unknown", "4.9", "X-Expect: y"},
            {"via", "4.9", "Via: 1.1 x"},
            {"host-port", "4.9", "X-P: 1"},
        };
        for (String[] row : rows) {
            cases.add(raw("header/" + row[0], row[1], get("/echo", java.util.Arrays.copyOfRange(row, 2, row.length))));
        }
        cases.add(raw("header/http10", "4.9", "GET /echo HTTP/1.0\r\nHost: fn.test\r\n\r\n"));
        cases.add(raw(
                "header/http10-keep-alive", "4.9", "GET /echo HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n"));
        cases.add(raw("header/http10-no-host", "4.10", "GET /echo HTTP/1.0\r\n\r\n"));
        cases.add(raw("header/connection-close", "4.9", get("/echo", "Connection: close")));
        cases.add(raw("header/many", "4.9", get("/echo", many())));
    }

    private static String[] many() {
        String[] fields = new String[100];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = "X-Many-%03d: %d".formatted(i, i);
        }
        return fields;
    }

    private static void targets(List<Case> cases) {
        List<String> targets = List.of(
                "/a/../b%2Fc//d;x?y=1;z&%zz",
                "/",
                "//",
                "//double//slash",
                "/?",
                "/echo?",
                "/echo?a=b&a=c",
                "/%41%zz",
                "/echo/%2e%2e/x",
                "/echo/./x",
                "/sp%20ace",
                "/plus+sign",
                "/quote'\"",
                "/brace{}|^`",
                "/echo?q={}|^`\"<>",
                "/caf\u00e9",
                "/echo/" + "x".repeat(8000));
        for (int i = 0; i < targets.size(); i++) {
            cases.add(raw("target/%02d".formatted(i), "4.9", get(targets.get(i))));
        }
        cases.add(raw("target/absolute", "4.9", get("http://abs.test/echo/x?y")));
        cases.add(raw("target/absolute-port", "4.9", get("http://abs.test:81/echo")));
        cases.add(raw("target/absolute-https", "4.9", get("https://abs.test/echo")));
        cases.add(raw("target/absolute-no-path", "4.9", get("http://abs.test")));
        cases.add(raw("target/options-star", "4.10", request("OPTIONS", "*") + "\r\n"));
        cases.add(raw("target/fragment", "4.9", get("/echo#frag")));
        for (String method : List.of("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "X-OWN", "get")) {
            cases.add(raw("method/" + method, "4.9", request(method, "/echo") + "\r\n"));
        }
        cases.add(raw("method/HEAD", "4.9", request("HEAD", "/echo") + "\r\n"));
    }

    private static void bodies(List<Case> cases) {
        cases.add(raw("body/length", "4.9", request("POST", "/echo", "Content-Length: 5") + "\r\nhello"));
        cases.add(raw("body/empty", "4.9", request("POST", "/echo", "Content-Length: 0") + "\r\n"));
        cases.add(raw("body/none", "4.9", request("POST", "/echo") + "\r\n"));
        cases.add(raw("body/chunked", "4.9", chunkedPost("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")));
        cases.add(raw("body/chunked-empty", "4.9", chunkedPost("0\r\n\r\n")));
        cases.add(raw("body/chunk-extension", "4.9", chunkedPost("5;a=b\r\nhello\r\n0\r\n\r\n")));
        cases.add(raw("body/chunk-upper-hex", "4.9", chunkedPost("A\r\n0123456789\r\n0\r\n\r\n")));
        cases.add(raw(
                "body/trailers",
                "4.9",
                request("POST", "/echo", "Transfer-Encoding: chunked", "Trailer: X-Sum")
                        + "\r\n5\r\nhello\r\n0\r\nX-Sum: 7\r\n\r\n"));
        cases.add(raw("body/get-with-body", "4.9", request("GET", "/echo", "Content-Length: 2") + "\r\nhi"));
        cases.add(raw("body/delete-with-body", "4.9", request("DELETE", "/echo", "Content-Length: 2") + "\r\nhi"));
        cases.add(raw(
                "body/100k", "4.9", request("POST", "/echo", "Content-Length: 100000") + "\r\n" + "y".repeat(100000)));
        cases.add(raw("body/1m-chunked", "4.9", chunkedPost("100000\r\n" + "z".repeat(1 << 20) + "\r\n0\r\n\r\n")));
        cases.add(raw(
                "body/expect-continue",
                "4.10",
                request("POST", "/echo", "Content-Length: 5", "Expect: 100-continue") + "\r\nhello"));
        cases.add(raw("pipeline/two-gets", "4.10", 2, get("/echo/1") + get("/echo/2")));
        cases.add(raw("pipeline/slow-first", "4.10", 2, get("/sleep/300") + get("/echo/2")));
        cases.add(raw(
                "pipeline/post-then-get",
                "4.10",
                2,
                request("POST", "/echo", "Content-Length: 3") + "\r\nabc" + get("/echo/2")));
        cases.add(raw("pipeline/chunked-then-get", "4.10", 2, chunkedPost("3\r\nabc\r\n0\r\n\r\n") + get("/echo/2")));
        cases.add(raw("pipeline/close-then-get", "4.10", 1, get("/echo/1", "Connection: close") + get("/echo/2")));
    }

    private static String chunkedPost(String chunks) {
        return request("POST", "/echo", "Transfer-Encoding: chunked") + "\r\n" + chunks;
    }

    private static void responses(List<Case> cases) {
        for (String path : List.of(
                "/status/201",
                "/status/404",
                "/status/500",
                "/status/418",
                "/status/599",
                "/bare/204",
                "/bare/304",
                "/chunked/0",
                "/chunked/1",
                "/chunked/50",
                "/trailers",
                "/close",
                "/headers",
                "/interim/200",
                "/interim/404",
                "/big/4095",
                "/big/100000",
                "/moved",
                "/die",
                "/halfchunk",
                "/garbage")) {
            cases.add(raw("response" + path, "4.9", get(path)));
        }
        cases.add(new Case("response/half", "4.9", stand -> {
            try (Wire wire = new Wire(Sidecar.MAIN)) {
                Message cut = wire.send(get("/half")).receive(false);
                // How much of it comes is a matter of buffers.
                return cut == null
                        ? List.of("[closed]")
                        : List.of(cut.start(), cut.whole() ? "whole" : "cut off", cut.framing());
            }
        }));
        cases.add(raw("response/head-big", "4.9", request("HEAD", "/big/100") + "\r\n"));
        cases.add(raw("response/post-die", "4.9", request("POST", "/die", "Content-Length: 2") + "\r\nhi"));
        cases.add(raw("response/http10-chunked", "4.9", "GET /chunked/2 HTTP/1.0\r\nHost: h\r\n\r\n"));
        cases.add(raw("response/http10-trailers", "4.9", "GET /trailers HTTP/1.0\r\nHost: h\r\n\r\n"));
        cases.add(raw("response/te-trailers", "4.9", get("/trailers", "TE: trailers")));
        cases.add(new Case("upgrade/websocket", "4.9", stand -> upgrade("websocket")));
        cases.add(new Case("upgrade/own-protocol", "4.9", stand -> upgrade("own/1")));
    }

    private static List<String> upgrade(String protocol) throws Exception {
        try (Wire wire = new Wire(Sidecar.MAIN)) {
            wire.send(get("/upgrade", "Connection: Upgrade", "Upgrade: " + protocol));
            Message head = wire.receive(false);
            List<String> lines = new ArrayList<>(head == null ? List.of("[closed]") : head.lines());
            lines.add("echoed: " + wire.send("ping-1").octets(6));
            lines.add("echoed: " + wire.send("ping-2").octets(6));
            return lines;
        }
    }

    private static void framing(List<Case> cases) {
        cases.add(raw("framing/no-host", "4.10", "GET /echo HTTP/1.1\r\n\r\n"));
        cases.add(raw("framing/two-hosts", "4.10", get("/echo", "Host: other")));
        cases.add(raw("framing/bad-host", "4.10", "GET /echo HTTP/1.1\r\nHost: a b\r\n\r\n"));
        cases.add(raw("framing/empty-host", "4.10", "GET /echo HTTP/1.1\r\nHost:\r\n\r\n"));
        cases.add(raw("framing/malformed-line", "4.10", "NONSENSE\r\n\r\n"));
        cases.add(raw("framing/no-version", "4.10", "GET /echo\r\n\r\n"));
        cases.add(raw("framing/http3", "4.10", "GET /echo HTTP/3.0\r\nHost: a\r\n\r\n"));
        cases.add(raw("framing/http12", "4.10", "GET /echo HTTP/1.2\r\nHost: a\r\n\r\n"));
        cases.add(raw("framing/lower-case-version", "4.10", "GET /echo http/1.1\r\nHost: a\r\n\r\n"));
        cases.add(raw("framing/bad-name", "4.10", get("/echo", "Bad Name: 1")));
        cases.add(raw("framing/space-before-colon", "4.10", get("/echo", "X-Space : 1")));
        cases.add(raw("framing/nul-in-value", "4.10", get("/echo", "X-Nul: a\0b")));
        cases.add(raw("framing/nul-in-target", "4.10", get("/echo\0x")));
        cases.add(raw("framing/obs-fold", "4.10", get("/echo", "X-Fold: a\r\n b")));
        cases.add(raw(
                "framing/two-lengths",
                "4.10",
                request("POST", "/echo", "Content-Length: 5", "Content-Length: 6") + "\r\nhello!"));
        cases.add(raw(
                "framing/same-length-twice",
                "4.10",
                request("POST", "/echo", "Content-Length: 5", "Content-Length: 5") + "\r\nhello"));
        cases.add(raw("framing/length-list", "4.10", request("POST", "/echo", "Content-Length: 5, 5") + "\r\nhello"));
        cases.add(raw("framing/length-plus", "4.10", request("POST", "/echo", "Content-Length: +5") + "\r\nhello"));
        cases.add(raw("framing/length-negative", "4.10", request("POST", "/echo", "Content-Length: -1") + "\r\n"));
        cases.add(raw("framing/length-text", "4.10", request("POST", "/echo", "Content-Length: x") + "\r\n"));
        cases.add(raw("framing/te-unknown", "4.10", request("POST", "/echo", "Transfer-Encoding: gzip") + "\r\n"));
        cases.add(raw(
                "framing/te-list",
                "4.10",
                request("POST", "/echo", "Transfer-Encoding: gzip, chunked") + "\r\n0\r\n\r\n"));
        cases.add(raw(
                "framing/te-twice",
                "4.10",
                request("POST", "/echo", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked")
                        + "\r\n0\r\n\r\n"));
        cases.add(raw(
                "framing/length-and-te",
                "4.10",
                request("POST", "/echo", "Connection: close", "Content-Length: 3", "Transfer-Encoding: chunked")
                        + "\r\n0\r\n\r\n"));
        cases.add(raw("framing/bad-chunk-size", "4.10", chunkedPost("zz\r\nhello\r\n0\r\n\r\n")));
        cases.add(raw("framing/head-100k", "4.10", get("/status/200", "X-Large: " + "h".repeat(100_000))));
        String[] fields = new String[300];
        java.util.Arrays.setAll(fields, i -> "X-Field-" + i + ": " + i);
        cases.add(raw("framing/300-fields", "4.10", get("/status/200", fields)));
        cases.add(raw("framing/connect", "4.10", "CONNECT fn.test:80 HTTP/1.1\r\nHost: fn.test:80\r\n\r\n"));
        cases.add(raw("framing/chunk-too-short", "4.10", chunkedPost("9\r\nhello\r\n0\r\n\r\n")));
        cases.add(raw("framing/chunk-without-crlf", "4.10", chunkedPost("5\r\nhelloXX0\r\n\r\n")));
        cases.add(raw(
                "framing/length-twice-in-fold",
                "4.10",
                request("POST", "/echo", "Content-Length: 5", " 6") + "\r\nhello"));
        cases.add(raw(
                "framing/http10-chunked",
                "4.10",
                "POST /echo HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
        cases.add(raw("framing/huge-head", "4.10", get("/echo", "X-Huge: " + "h".repeat((1 << 20) + 8192))));
        cases.add(raw("framing/bare-lf", "4.10", "GET /echo HTTP/1.1\nHost: a\n\n"));
        cases.add(raw("framing/leading-crlf", "4.10", "\r\n\r\n" + get("/echo")));
    }
}
