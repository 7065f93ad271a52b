package dev.baton.tck;

import static dev.baton.tck.SidecarCases.PROBE;
import static dev.baton.tck.SidecarCases.exchange;
import static dev.baton.tck.SidecarCases.get;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Section 8: what the end of the quiet time means to each kind of connection, and a second signal in each phase. */
final class EndCases {
    private static final int PATIENCE_MILLIS = 45_000;

    /** From the signal until the listeners are closed for certain. */
    private static final int QUIET_MILLIS = 31_500;

    private EndCases() {}

    static List<Group> groups() {
        return List.of(
                of("connections-at-the-end", EndCases::connections),
                of("http2-at-the-end", EndCases::http2),
                of("second-signal-while-requests-end", EndCases::secondSignal),
                of("signal-after-a-reset", EndCases::afterReset),
                of("second-signal-while-a-hook-waits", EndCases::hookAndSignals),
                of("signal-while-a-hook-waits", EndCases::signalDuringHook),
                of("kept-connections-while-draining", EndCases::kept));
    }

    private static Group of(String name, Case.Script script) {
        return new Group(name, Map.of(), List.of(new Case("drain/" + name, "8", script)));
    }

    private static List<String> connections(Stand stand) throws Exception {
        try (Wire idle = new Wire(Sidecar.MAIN);
                Wire silent = new Wire(Sidecar.MAIN);
                Wire half = new Wire(Sidecar.MAIN);
                Wire slow = new Wire(Sidecar.MAIN);
                Wire pipelined = new Wire(Sidecar.MAIN);
                Wire hook = new Wire(Sidecar.ADMIN)) {
            idle.send(get("/status/201")).receive(false);
            half.send("GET /echo HTTP/1.1\r\nHos");
            slow.patience(PATIENCE_MILLIS);
            slow.send(get("/sleep/33000"));
            pipelined.patience(PATIENCE_MILLIS);
            pipelined.send(get("/sleep/33500") + get("/status/201"));
            Thread.sleep(300);
            stand.sidecar().terminate();
            Thread.sleep(5_000);
            hook.send(get("/wait-for-drain"));
            String early = hook.within(2_500);
            Thread.sleep(QUIET_MILLIS - 7_500);
            List<String> lines = new ArrayList<>();
            lines.add("hook after 7.5 s: " + early);
            lines.add("hook: " + hook.within(500).split("\r\n", 2)[0]);
            lines.add("idle: " + idle.within(200));
            lines.add("nothing sent yet: " + silent.within(200));
            lines.add("half a head: " + half.within(200));
            lines.add("main listens: " + Sidecar.accepts(Sidecar.MAIN));
            lines.addAll(slow.answers(1, false));
            lines.addAll(pipelined.answers(2, false));
            lines.add("exit " + stand.sidecar().exitCode(Duration.ofSeconds(15)));
            return lines;
        }
    }

    private static List<String> http2(Stand stand) throws Exception {
        try (Http2Client idle = Http2Client.of(stand);
                Http2Client busy = Http2Client.of(stand)) {
            idle.get("/status/201").answer();
            busy.patience(PATIENCE_MILLIS).get("/sleep/34000");
            Thread.sleep(300);
            stand.sidecar().terminate();
            Thread.sleep(QUIET_MILLIS);
            List<String> lines = new ArrayList<>();
            lines.add("idle: " + idle.rest());
            lines.addAll(busy.answer());
            lines.add("exit " + stand.sidecar().exitCode(Duration.ofSeconds(15)));
            return lines;
        }
    }

    private static List<String> secondSignal(Stand stand) throws Exception {
        try (Wire slow = new Wire(Sidecar.MAIN)) {
            slow.patience(PATIENCE_MILLIS);
            slow.send(get("/sleep/60000"));
            Thread.sleep(300);
            stand.sidecar().terminate();
            Thread.sleep(QUIET_MILLIS);
            List<String> lines = new ArrayList<>();
            lines.add("main listens: " + Sidecar.accepts(Sidecar.MAIN));
            lines.add("still runs: " + (stand.sidecar().exitCode(Duration.ZERO) == -1));
            stand.sidecar().interrupt();
            lines.add("exit " + stand.sidecar().exitCode(Duration.ofSeconds(10)));
            lines.add("request: " + slow.within(1_000));
            return lines;
        }
    }

    private static List<String> afterReset(Stand stand) throws Exception {
        List<String> lines =
                new ArrayList<>(exchange(Sidecar.ADMIN, get("/wait-for-drain")).lines());
        lines.addAll(exchange(Sidecar.MAIN, PROBE).lines());
        long begun = System.nanoTime();
        stand.sidecar().terminate();
        Thread.sleep(500);
        lines.add(exchange(Sidecar.MAIN, PROBE).start());
        lines.add("exit " + stand.sidecar().exitCode(Duration.ofMillis(PATIENCE_MILLIS)));
        double seconds = (System.nanoTime() - begun) / 1e9;
        lines.add(seconds > 29 && seconds < 36 ? "after the quiet time" : "after " + seconds + " s");
        return lines;
    }

    private static List<String> hookAndSignals(Stand stand) throws Exception {
        try (Wire hook = new Wire(Sidecar.ADMIN)) {
            hook.send(get("/wait-for-drain"));
            Thread.sleep(200);
            stand.sidecar().terminate();
            Thread.sleep(500);
            stand.sidecar().terminate();
            return List.of("exit " + stand.sidecar().exitCode(Duration.ofSeconds(10)), "hook: " + hook.within(1_000));
        }
    }

    /** The signal comes within the hook's second, which then is no longer a reset's. */
    private static List<String> signalDuringHook(Stand stand) throws Exception {
        try (Wire hook = new Wire(Sidecar.ADMIN)) {
            hook.send(get("/wait-for-drain"));
            Thread.sleep(200);
            stand.sidecar().terminate();
            List<String> lines = new ArrayList<>();
            lines.add("hook after 2.5 s: " + hook.within(2_500));
            lines.addAll(exchange(Sidecar.MAIN, PROBE).lines());
            lines.add(exchange(Sidecar.MAIN, get("/status/201")).start());
            return lines;
        }
    }

    /** Connections from before the signal serve on. */
    private static List<String> kept(Stand stand) throws Exception {
        try (Wire http1 = new Wire(Sidecar.MAIN);
                Http2Client http2 = Http2Client.of(stand)) {
            http1.send(get("/status/201")).receive(false);
            http2.get("/status/201").answer();
            stand.sidecar().terminate();
            Thread.sleep(500);
            List<String> lines = new ArrayList<>(http2.get("/status/202").answer());
            lines.addAll(http2.send(
                            "HEAD",
                            "/",
                            new Hpack.Field("user-agent", "kube-probe/1"),
                            new Hpack.Field("k-network-probe", "queue"))
                    .answer());
            lines.addAll(http1.send(get("/status/202")).answers(1, false));
            return lines;
        }
    }
}
