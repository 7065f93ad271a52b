package dev.baton.tck;

import static dev.baton.tck.Case.on;
import static dev.baton.tck.Case.raw;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;

/** What surrounds the request path: listeners, Stat, breaker, timeouts, log. */
final class SidecarCases {
    static final String HOST = " HTTP/1.1\r\nHost: fn.test\r\n";
    static final String PROBE = "GET /" + HOST + "User-Agent: kube-probe/1\r\nK-Network-Probe: queue\r\n\r\n";

    private SidecarCases() {}

    static List<Group> groups() {
        List<Group> groups = new ArrayList<>();
        groups.add(new Group("listeners", Map.of(), listeners()));
        groups.add(new Group("breaker", Map.of("CONTAINER_CONCURRENCY", "1"), breaker()));
        groups.add(new Group("overall timeout", Map.of("REVISION_TIMEOUT_SECONDS", "1"), timeouts("1s")));
        groups.add(new Group(
                "zero timeout",
                Map.of("REVISION_TIMEOUT_SECONDS", "0"),
                List.of(raw("timeout/zero", "4.6b", get("/echo")), raw("timeout/zero-probe", "4.6b", PROBE))));
        groups.add(new Group(
                "start timeout",
                Map.of("REVISION_RESPONSE_START_TIMEOUT_SECONDS", "1", "REVISION_TIMEOUT_SECONDS", "20"),
                List.of(
                        raw("timeout/response-start", "4.6b", get("/sleep/2500")),
                        raw("timeout/response-start-met", "4.6b", get("/ticks/2")))));
        groups.add(new Group(
                "idle timeout",
                Map.of("REVISION_IDLE_TIMEOUT_SECONDS", "2", "REVISION_TIMEOUT_SECONDS", "20"),
                List.of(
                        raw("timeout/idle-first", "4.6b", get("/sleep/4500")),
                        raw("timeout/idle-met", "4.6b", get("/ticks/3")))));
        groups.add(new Group(
                "request log",
                Map.of("SERVING_ENABLE_REQUEST_LOG", "true", "SERVING_REQUEST_LOG_TEMPLATE", TEMPLATE),
                List.of(
                        logged("log/get", get("/echo?a=b&c"), "/echo"),
                        logged("log/status", get("/status/404"), "404"))));
        groups.add(new Group(
                "waiting and limits",
                Map.of("CONTAINER_CONCURRENCY", "1", "REVISION_TIMEOUT_SECONDS", "1"),
                List.of(new Case("breaker/waiting-too-long", "4.7", stand -> burst(2, "/sleep/1700")))));
        groups.add(new Group(
                "level",
                Map.of("SERVING_LOGGING_LEVEL", "nonsense"),
                List.of(new Case("log/unknown-level", "1.1", stand -> said(stand, "Starting queue-proxy")))));
        groups.add(new Group(
                "bad log settings",
                Map.of("SERVING_LOGGING_CONFIG", "{not json"),
                List.of(
                        new Case("log/bad-settings", "1.3", stand -> said(stand, "fallback-logger")),
                        raw("log/bad-settings-serves", "1.3", get("/echo")))));
        groups.add(new Group(
                "stock log settings",
                Map.of("SERVING_LOGGING_CONFIG", STOCK_LOGGING),
                List.of(new Case("log/stock-keys", "7", SidecarCases::logKeys))));
        groups.add(new Group(
                "bad template",
                Map.of("SERVING_ENABLE_REQUEST_LOG", "true", "SERVING_REQUEST_LOG_TEMPLATE", "{{.Request.Method"),
                List.of(
                        raw("log/bad-template-serves", "1.3", get("/echo")),
                        new Case(
                                "log/bad-template-says-so",
                                "1.3",
                                stand -> said(
                                        stand,
                                        "Error setting up request logger. Request logs will be unavailable.")))));
        groups.add(new Group(
                "dial", Map.of(), true, List.of(new Case("upstream/dial-retry", "4.9", SidecarCases::dialRetry))));
        return groups;
    }

    /** The controller's config-logging, as it comes with Knative. */
    private static final String STOCK_LOGGING =
            """
            {"level":"info","development":false,"outputPaths":["stdout"],"errorOutputPaths":["stderr"],"encoding":"json",\
            "encoderConfig":{"timeKey":"timestamp","levelKey":"severity","nameKey":"logger","callerKey":"caller",\
            "messageKey":"message","stacktraceKey":"stacktrace","lineEnding":"","levelEncoder":"","timeEncoder":"iso8601",\
            "durationEncoder":"","callerEncoder":""}}""";

    private static List<String> logKeys(Stand stand) throws Exception {
        said(stand, "Starting queue-proxy");
        String line = stand.sidecar()
                .output()
                .lines()
                .filter(each -> each.contains("\"Starting queue-proxy\""))
                .findFirst()
                .orElse("");
        // The commit is known only to some builds.
        return Pattern.compile("\"([A-Za-z./]+)\":")
                .matcher(line)
                .results()
                .map(key -> key.group(1))
                .filter(key -> !key.equals("commit"))
                .sorted()
                .toList();
    }

    private static final String TEMPLATE = "LOG {{.Request.Method}} {{js .Request.RequestURI}} {{.Response.Code}}"
            + " {{.Response.Size}} {{.Request.Proto}} {{js .Request.UserAgent}} {{.Revision.Name}}\n";

    static String get(String path) {
        return "GET " + path + HOST + "\r\n";
    }

    private static List<Case> listeners() {
        List<Case> cases = new ArrayList<>();
        cases.add(on(Sidecar.ADMIN, "admin/root", "2", get("/")));
        cases.add(on(Sidecar.ADMIN, "admin/unknown", "2", get("/unknown")));
        cases.add(on(Sidecar.STAT, "stat/root", "2", get("/")));
        cases.add(on(Sidecar.STAT, "stat/unknown", "2", get("/metricsx")));
        for (String method : List.of("GET", "POST", "HEAD")) {
            cases.add(new Case("stat/" + method, "6.2", stand -> stat(method)));
        }
        cases.add(new Case("stat/quiet-values", "6.2", stand -> List.of(fields(reported()))));
        cases.add(new Case("stat/load", "6.2", stand -> statUnderLoad("")));
        cases.add(new Case(
                "stat/before-the-first-report",
                "6.2",
                stand -> List.of("content type: "
                        + exchange(Sidecar.STAT, get("/metrics")).first("content-type"))));
        for (int port : List.of(Sidecar.ADMIN, Sidecar.STAT)) {
            String name = port == Sidecar.ADMIN ? "admin/" : "stat/";
            cases.add(on(port, name + "head-not-found", "2", "HEAD /none" + HOST + "\r\n"));
            cases.add(on(port, name + "post-not-found", "2", "POST /none" + HOST + "Content-Length: 2\r\n\r\nhi"));
        }
        cases.add(new Case(
                "stat/query",
                "2",
                stand -> List.of(exchange(Sidecar.STAT, get("/metrics?a=b")).start())));
        for (int port : List.of(Sidecar.MAIN, Sidecar.ADMIN, Sidecar.STAT)) {
            cases.add(new Case("listener/v6-" + port, "2", stand -> List.of(String.valueOf(sixth(port)))));
        }
        for (String path : List.of("/wait-for-drain/", "/wait-for-drainx", "/metrics", "/debug/pprof/")) {
            cases.add(on(Sidecar.ADMIN, "admin/not-found" + path.replace('/', '-'), "2", get(path)));
        }
        cases.add(new Case(
                "log/start", "7", stand -> said(stand, "Starting queue-proxy", "Starting http server main:8012")));
        cases.add(new Case("stat/proxied-load", "6.2", stand -> statUnderLoad("K-Proxy-Request: activator\r\n")));
        cases.add(new Case("stat/kubelet-probes-are-no-load", "6.2", stand -> {
            Thread.sleep(1200);
            return statUnderLoad("K-Kubelet-Probe: queue\r\n");
        }));
        cases.add(new Case("stat/at-most-336-octets", "6.2", stand -> List.of("" + (statBody().length <= 336))));
        return cases;
    }

    /** Whether the listener is there in the other address family too. */
    private static boolean sixth(int port) {
        byte[] loopback = new byte[16];
        loopback[15] = 1;
        try (Socket socket = new Socket(InetAddress.getByAddress(loopback), port)) {
            return socket.isConnected();
        } catch (IOException absent) {
            return false;
        }
    }

    static Message exchange(int port, String octets) throws Exception {
        try (Wire wire = new Wire(port)) {
            Message message = wire.send(octets).receive(octets.startsWith("HEAD "));
            if (message == null) {
                throw new IllegalStateException("closed without an answer");
            }
            return message;
        }
    }

    /** Those of the texts that the process has written, waiting a little for each. */
    static List<String> said(Stand stand, String... texts) throws Exception {
        List<String> lines = new ArrayList<>();
        for (String text : texts) {
            String found = "not said: " + text;
            for (int i = 0; i < 200 && !found.equals(text); i++) {
                if (stand.sidecar().output().contains(text)) {
                    found = text;
                } else {
                    Sidecar.pause();
                }
            }
            lines.add(found);
        }
        return lines;
    }

    private static List<String> stat(String method) throws Exception {
        Message message = exchange(Sidecar.STAT, method + " /metrics" + HOST + "Accept: application/protobuf\r\n\r\n");
        return List.of(message.start(), "content-type: " + message.first("content-type"));
    }

    private static byte[] statBody() throws Exception {
        return exchange(Sidecar.STAT, get("/metrics")).body().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The Stat once the first second has been told: before that it has the pod's name alone, and who asks when is not to be known. */
    private static byte[] reported() throws Exception {
        byte[] stat = statBody();
        for (int i = 0; i < 300 && !fields(stat).contains("6/"); i++) {
            Thread.sleep(100);
            stat = statBody();
        }
        return stat;
    }

    /** Field numbers and wire types of the message, and the pod's name: values differ by the moment. */
    private static String fields(byte[] stat) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < stat.length; ) {
            int tag = stat[at++];
            if ((tag & 7) == 1) {
                at += 8;
            } else {
                at += stat[at] + 1;
            }
            text.append(tag >> 3).append('/').append(tag & 7).append(' ');
        }
        return text.toString();
    }

    private static List<String> statUnderLoad(String field) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Message>> running = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                running.add(threads.submit(() -> exchange(Sidecar.MAIN, "GET /sleep/3500" + HOST + field + "\r\n")));
            }
            Thread.sleep(2600);
            String during = fields(statBody());
            for (Future<Message> each : running) {
                each.get();
            }
            return List.of("4 requests of 3.5 s in their third second", during);
        }
    }

    private static List<Case> breaker() {
        List<Case> cases = new ArrayList<>();
        cases.add(new Case("breaker/13-at-once", "4.7", stand -> burst(13, "/sleep/150")));
        cases.add(new Case("breaker/11-at-once", "4.7", stand -> burst(11, "/sleep/100")));
        cases.add(raw("breaker/afterwards", "4.7", get("/echo")));
        cases.add(new Case("breaker/probe-while-full", "4.7", stand -> {
            try (Wire busy = new Wire(Sidecar.MAIN)) {
                busy.send(get("/sleep/600"));
                Thread.sleep(100);
                List<String> lines =
                        new ArrayList<>(exchange(Sidecar.MAIN, PROBE).lines());
                lines.addAll(busy.answers(1, false));
                return lines;
            }
        }));
        return cases;
    }

    /** For half a second nobody takes connections and the backlog is full, so that the kernel ignores further ones. */
    private static List<String> dialRetry(Stand stand) throws Exception {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        List<Socket> fillers = new ArrayList<>();
        try (ServerSocket late = new ServerSocket(0, 1, loopback);
                Sidecar sidecar = Sidecar.launch(stand.command(), late.getLocalPort(), Map.of())) {
            sidecar.awaitPorts();
            boolean full = false;
            while (!full) {
                Socket filler = new Socket();
                fillers.add(filler);
                try {
                    filler.connect(late.getLocalSocketAddress(), 300);
                } catch (SocketTimeoutException ignored) {
                    full = true;
                }
            }
            try (Wire wire = new Wire(Sidecar.MAIN)) {
                wire.send(get("/echo"));
                String early = wire.within(500);
                Thread.ofVirtual().start(() -> serveAll(late));
                return List.of(
                        "[" + early + "] first",
                        String.valueOf(wire.answers(1, false).getFirst()));
            }
        } finally {
            for (Socket filler : fillers) {
                filler.close();
            }
        }
    }

    private static void serveAll(ServerSocket server) {
        try {
            while (true) {
                Socket connection = server.accept();
                Thread.ofVirtual().start(() -> {
                    try (connection) {
                        if (Message.read(connection.getInputStream(), false) != null) {
                            connection
                                    .getOutputStream()
                                    .write("HTTP/1.1 200 Late\r\nContent-Length: 0\r\n\r\n"
                                            .getBytes(StandardCharsets.ISO_8859_1));
                        }
                    } catch (IOException gone) {
                        // A connection that was given up while it waited.
                    }
                });
            }
        } catch (IOException closed) {
            // The case is over.
        }
    }

    private static List<String> burst(int count, String path) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<String>> tasks = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                tasks.add(() -> {
                    Message message = exchange(Sidecar.MAIN, get(path));
                    return message.start() + " | " + message.body().strip();
                });
            }
            List<String> lines = new ArrayList<>();
            for (Future<String> each : threads.invokeAll(tasks)) {
                lines.add(each.get());
            }
            lines.sort(null);
            return lines;
        }
    }

    private static List<Case> timeouts(String limit) {
        return List.of(
                raw("timeout/overall-" + limit, "4.6b", get("/sleep/2500")),
                raw("timeout/overall-met", "4.6b", get("/sleep/300")),
                raw("timeout/overall-post", "4.6b", "POST /sleep/2500" + HOST + "Content-Length: 2\r\n\r\nhi"),
                raw("timeout/overall-head", "4.6b", "HEAD /sleep/2500" + HOST + "\r\n"));
    }

    private static Case logged(String id, String octets, String word) {
        return new Case(id, "6.6", stand -> {
            exchange(Sidecar.MAIN, octets);
            Pattern line = Pattern.compile("^LOG .*" + Pattern.quote(word) + ".*$", Pattern.MULTILINE);
            for (int i = 0; i < 100; i++) {
                var found = line.matcher(stand.sidecar().output());
                if (found.find()) {
                    return List.of(found.group());
                }
                Sidecar.pause();
            }
            return List.of("[no line]");
        });
    }
}
