package dev.baton.tck;

import static dev.baton.tck.SidecarCases.HOST;
import static dev.baton.tck.SidecarCases.PROBE;
import static dev.baton.tck.SidecarCases.exchange;
import static dev.baton.tck.SidecarCases.get;
import static dev.baton.tck.SidecarCases.said;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Section 8: signals, the containers' hooks, and how long everything takes. */
final class DrainCases {
    private static final String INGRESS_PROBE = "GET /" + HOST + "K-Network-Probe: probe\r\nK-Network-Hash: h\r\n\r\n";
    private static final String WEBSOCKET = "GET /upgrade" + HOST + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    private static final int PATIENCE_MILLIS = 45_000;

    private DrainCases() {}

    static List<Group> groups() {
        return List.of(
                new Group(
                        "probes after SIGTERM",
                        Map.of(),
                        List.of(new Case("drain/probe-table", "4.3", DrainCases::probeTable))),
                new Group("SIGTERM", Map.of(), List.of(new Case("drain/term", "8", stand -> {
                    stand.sidecar().terminate();
                    List<String> lines = draining();
                    stand.sidecar().terminate();
                    lines.add("exit at a second signal: " + stand.sidecar().exitCode(Duration.ofSeconds(5)));
                    return lines;
                }))),
                new Group("SIGINT", Map.of(), List.of(new Case("drain/int", "8", stand -> {
                    stand.sidecar().interrupt();
                    List<String> lines = draining();
                    stand.sidecar().interrupt();
                    lines.add("exit at a second signal: " + stand.sidecar().exitCode(Duration.ofSeconds(5)));
                    return lines;
                }))),
                new Group("SIGTERM, SIGINT", Map.of(), List.of(new Case("drain/term-then-int", "8", stand -> {
                    stand.sidecar().terminate();
                    Thread.sleep(300);
                    stand.sidecar().interrupt();
                    return List.of("exit " + stand.sidecar().exitCode(Duration.ofSeconds(5)));
                }))),
                new Group("whole drain", Map.of(), List.of(new Case("drain/whole", "8", DrainCases::whole))),
                new Group(
                        "drain begun anew",
                        Map.of(),
                        List.of(new Case("drain/a-request-begins-the-quiet-time-anew", "8", DrainCases::begunAnew))),
                new Group(
                        "newer: drain with a websocket",
                        Map.of(),
                        List.of(Case.newer("newer/drain-awaits-a-websocket", "8", DrainCases::websocket))));
    }

    /** What probes and requests get from now on. */
    private static List<String> draining() throws Exception {
        Thread.sleep(300);
        List<String> lines = new ArrayList<>(exchange(Sidecar.MAIN, PROBE).lines());
        lines.addAll(exchange(Sidecar.MAIN, INGRESS_PROBE).lines());
        lines.addAll(exchange(Sidecar.MAIN, get("/echo/draining")).lines());
        return lines;
    }

    static Group hooks() {
        List<Case> cases = new ArrayList<>();
        for (String method : List.of("GET", "POST", "OPTIONS", "X-OWN")) {
            String id = method.equals("GET") ? "drain/wait-for-drain-resets" : "drain/hook-" + method;
            cases.add(new Case(id, "8", stand -> {
                long begun = System.nanoTime();
                List<String> lines =
                        new ArrayList<>(exchange(Sidecar.ADMIN, method + " /wait-for-drain" + HOST + "\r\n")
                                .lines());
                lines.add("after about " + seconds(begun) + " s");
                lines.addAll(exchange(Sidecar.MAIN, PROBE).lines());
                return lines;
            }));
        }
        String[][] forms = {
            {"http10", "GET /wait-for-drain HTTP/1.0\r\n\r\n"},
            {"query", "GET /wait-for-drain?a=b" + HOST + "\r\n"},
            {"body", "POST /wait-for-drain" + HOST + "Content-Length: 2\r\n\r\nhi"},
            {
                "kubelet",
                "GET /wait-for-drain" + HOST
                        + "User-Agent: kube-lifecycle/1.30\r\nAccept: */*\r\nConnection: close\r\n\r\n"
            },
        };
        for (String[] form : forms) {
            cases.add(Case.on(Sidecar.ADMIN, "drain/hook-by-" + form[0], "8", form[1]));
        }
        cases.add(new Case("drain/probes-while-a-hook-waits", "8", stand -> {
            try (Wire hook = new Wire(Sidecar.ADMIN)) {
                hook.send(get("/wait-for-drain"));
                List<String> lines = draining();
                lines.addAll(hook.answers(1, false));
                lines.addAll(exchange(Sidecar.MAIN, INGRESS_PROBE).lines());
                return lines;
            }
        }));
        cases.add(new Case("drain/hooks-join", "8", stand -> {
            long begun = System.nanoTime();
            try (Wire first = new Wire(Sidecar.ADMIN);
                    Wire second = new Wire(Sidecar.ADMIN)) {
                first.send(get("/wait-for-drain"));
                Thread.sleep(600);
                second.send(get("/wait-for-drain"));
                List<String> lines = new ArrayList<>(second.answers(1, false));
                lines.add("second after about " + seconds(begun) + " s");
                lines.addAll(first.answers(1, false));
                // The second one's own second ends in a sidecar that does not drain any more.
                Thread.sleep(800);
                lines.addAll(exchange(Sidecar.MAIN, PROBE).lines());
                return lines;
            }
        }));
        cases.add(new Case("drain/caller-of-a-hook-leaves", "8", stand -> {
            try (Wire hook = new Wire(Sidecar.ADMIN)) {
                hook.send(get("/wait-for-drain"));
                Thread.sleep(100);
            }
            List<String> lines = draining();
            Thread.sleep(1000);
            lines.addAll(exchange(Sidecar.MAIN, PROBE).lines());
            return lines;
        }));
        return new Group("hooks", Map.of(), cases);
    }

    /** All that answers otherwise while draining, or might. */
    private static List<String> probeTable(Stand stand) throws Exception {
        stand.sidecar().terminate();
        Thread.sleep(300);
        List<String> lines = new ArrayList<>();
        for (String agent : List.of("kube-probe/1", "Knative-Activator-Probe", "Knative-Autoscaling-Probe", "curl")) {
            for (String probe : List.of("queue", "probe", "other", "")) {
                String field = probe.isEmpty() ? "" : "K-Network-Probe: " + probe + "\r\n";
                Message answer = exchange(
                        Sidecar.MAIN, "GET /status/201" + HOST + "User-Agent: " + agent + "\r\n" + field + "\r\n");
                lines.add(agent + ", " + probe + ": " + answer.start() + " | "
                        + answer.body().strip());
            }
        }
        Message kubelet = exchange(Sidecar.MAIN, "GET /status/201" + HOST + "K-Kubelet-Probe: queue\r\n\r\n");
        lines.add("kubelet's field: " + kubelet.start());
        return lines;
    }

    /** A hook waits, a request takes longer than the quiet time, and then the signal comes. */
    private static List<String> whole(Stand stand) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                Wire slow = new Wire(Sidecar.MAIN);
                Wire hook = new Wire(Sidecar.ADMIN)) {
            slow.patience(PATIENCE_MILLIS);
            hook.patience(PATIENCE_MILLIS);
            long begun = System.nanoTime();
            slow.send(get("/sleep/32000"));
            hook.send("POST /wait-for-drain" + HOST + "Content-Length: 0\r\n\r\n");
            stand.sidecar().terminate();
            Future<String> hooked = threads.submit(() -> {
                Message answer = hook.receive(false);
                return (answer == null ? "[closed]" : answer.start()) + within(begun, 29, 32);
            });
            Future<String> served = threads.submit(() -> {
                Message answer = slow.receive(false);
                return answer == null ? "[closed]" : answer.start() + " " + answer.body();
            });
            List<String> lines = new ArrayList<>();
            lines.add("hook: " + hooked.get());
            Thread.sleep(500);
            lines.add("main listens: " + Sidecar.accepts(Sidecar.MAIN));
            lines.add("request: " + served.get());
            lines.add("exit " + stand.sidecar().exitCode(Duration.ofSeconds(8)));
            lines.addAll(said(
                    stand,
                    "Received TERM signal, attempting to gracefully shutdown servers.",
                    "Sleeping 30s to allow K8s propagation of non-ready state",
                    "Shutting down server: main",
                    "Shutting down server: metrics",
                    "Shutting down server: admin",
                    "Shutdown complete, exiting..."));
            return lines;
        }
    }

    /** An ordinary request 6 s after the signal is one reason to wait 30 s more; probes 15 s after it are none. */
    private static List<String> begunAnew(Stand stand) throws Exception {
        long begun = System.nanoTime();
        stand.sidecar().interrupt();
        Thread.sleep(6_000);
        List<String> lines = new ArrayList<>();
        lines.add(exchange(Sidecar.MAIN, get("/status/201")).start());
        Thread.sleep(9_000);
        lines.add(exchange(Sidecar.MAIN, PROBE).start());
        lines.add(exchange(Sidecar.MAIN, INGRESS_PROBE).start());
        lines.add("exit " + stand.sidecar().exitCode(Duration.ofMillis(PATIENCE_MILLIS)) + within(begun, 35, 38));
        return lines;
    }

    private static List<String> websocket(Stand stand) throws Exception {
        try (Wire wire = new Wire(Sidecar.MAIN)) {
            wire.send(WEBSOCKET).receive(false);
            stand.sidecar().terminate();
            Thread.sleep(32_000);
            List<String> lines = new ArrayList<>();
            lines.add("main listens: " + Sidecar.accepts(Sidecar.MAIN));
            lines.add("echoed: " + wire.send("ping").octets(4));
            wire.close();
            lines.add("exit " + stand.sidecar().exitCode(Duration.ofSeconds(5)));
            return lines;
        }
    }

    private static long seconds(long begun) {
        return Math.round((System.nanoTime() - begun) / 1e9);
    }

    private static String within(long begun, int from, int to) {
        double seconds = (System.nanoTime() - begun) / 1e9;
        return seconds >= from && seconds <= to
                ? " after " + from + " to " + to + " s"
                : " after " + Math.round(seconds) + " s";
    }
}
