package dev.baton.soak;

import static dev.baton.soak.Outcome.ANSWERED;
import static dev.baton.soak.Outcome.BAD_GATEWAY;
import static dev.baton.soak.Outcome.CUT;
import static dev.baton.soak.Outcome.LEFT;
import static dev.baton.soak.Outcome.REJECTED;
import static dev.baton.soak.Outcome.TIMED_OUT;
import static dev.baton.soak.Worker.LARGE;

import java.util.List;
import java.util.Random;

/** All that clients and program do to each other by way of the sidecar. */
final class Scenarios {
    static final List<Scenario> ALL = List.of(
            scenario(
                    "GET 1 KB",
                    3000,
                    worker -> worker.onKept(c -> c.get("get/1024").answer(1024)),
                    ANSWERED),
            scenario(
                    "POST 1 KB",
                    2000,
                    worker -> worker.onKept(c -> c.post("count", 1024, 1024).counted(1024)),
                    ANSWERED,
                    BAD_GATEWAY),
            scenario(
                    "HEAD",
                    200,
                    worker -> worker.onKept(
                            c -> c.head("HEAD", "get/0", "").flush().answer(0, true)),
                    ANSWERED),
            scenario(
                    "GET 100 KB",
                    400,
                    worker -> worker.onKept(c -> c.get("get/102400").answer(102400)),
                    ANSWERED),
            scenario(
                    "POST 100 KB",
                    400,
                    worker -> worker.onKept(c -> c.post("count", 102400, 102400).counted(102400)),
                    ANSWERED,
                    BAD_GATEWAY),
            scenario(
                    "GET 1.5 MB, spliced",
                    30,
                    worker -> worker.onKept(c -> c.get("get/" + LARGE).answer(LARGE)),
                    ANSWERED),
            scenario(
                    "POST 1.5 MB, spliced",
                    30,
                    worker -> worker.onKept(c -> c.post("count", LARGE, LARGE).counted(LARGE)),
                    ANSWERED,
                    BAD_GATEWAY),
            scenario(
                    "GET chunked, trailers",
                    400,
                    worker -> worker.onKept(c -> c.get("chunks/3000").answer(3000)),
                    ANSWERED),
            scenario(
                    "POST chunked, trailers",
                    400,
                    worker -> worker.onKept(HttpScenarios::chunkedPost),
                    ANSWERED,
                    BAD_GATEWAY),
            scenario(
                    "GET, connection closed after it",
                    200,
                    worker -> worker.alone(c -> c.head("GET", "get/1024", "Connection: close\r\n")
                            .flush()
                            .answer(1024)),
                    ANSWERED),
            scenario("GET, 10 pipelined", 300, HttpScenarios::pipelined, ANSWERED),
            scenario(
                    "POST, Expect: 100-continue",
                    300,
                    worker -> worker.onKept(HttpScenarios::expecting),
                    ANSWERED,
                    BAD_GATEWAY),
            scenario(
                    "GET with 103 first",
                    100,
                    worker -> worker.onKept(c -> c.get("hints/1024").answer(1024)),
                    ANSWERED),
            scenario(
                    "GET answered slowly",
                    50,
                    worker -> worker.alone(c -> c.get("slow/4000").answer(4000)),
                    ANSWERED),
            scenario(
                    "upgrade",
                    100,
                    worker -> worker.alone(c -> HttpScenarios.upgrade(c, worker.below(4))),
                    ANSWERED,
                    BAD_GATEWAY,
                    LEFT),
            scenario(
                    "upgrade, reset by the program",
                    30,
                    worker -> worker.alone(HttpScenarios::resetTunnel),
                    CUT,
                    BAD_GATEWAY),
            scenario("150 GET at once", 2, HttpScenarios::burst, ANSWERED),
            scenario(
                    "client resets in mid-upload",
                    150,
                    worker -> worker.alone(
                            c -> c.post("count", 50_000, worker.below(50_000)).reset()),
                    LEFT),
            scenario(
                    "client ends in mid-upload",
                    150,
                    worker -> worker.alone(
                            c -> c.post("count", 50_000, worker.below(50_000)).leave()),
                    LEFT),
            scenario(
                    "client resets in mid-upload, spliced",
                    40,
                    worker -> worker.alone(
                            c -> c.post("count", LARGE, worker.below(LARGE)).reset()),
                    LEFT),
            scenario(
                    "client ends between chunks",
                    100,
                    worker -> worker.alone(c -> c.head("POST", "count", "Transfer-Encoding: chunked\r\n")
                            .chunk(0, 1000)
                            .flush()
                            .leave()),
                    LEFT),
            scenario(
                    "client half-closes after the request",
                    150,
                    worker -> worker.alone(c -> c.get("get/1024").halfClose().answer(1024)),
                    ANSWERED,
                    CUT),
            scenario(
                    "client half-closes in mid-upload",
                    100,
                    worker -> worker.alone(
                            c -> c.post("count", 50_000, 20_000).halfClose().counted(50_000)),
                    CUT,
                    REJECTED,
                    BAD_GATEWAY),
            scenario(
                    "client resets before the answer",
                    150,
                    worker -> worker.alone(c -> c.get("slow/4000").reset()),
                    LEFT),
            scenario(
                    "client resets in mid-answer",
                    150,
                    worker -> worker.alone(c -> HttpScenarios.readAndLeave(c, 102_400)),
                    LEFT,
                    CUT),
            scenario(
                    "client resets in mid-answer, spliced",
                    40,
                    worker -> worker.alone(c -> HttpScenarios.readAndLeave(c, LARGE)),
                    LEFT,
                    CUT),
            scenario(
                    "client ends in mid-head",
                    100,
                    worker -> worker.alone(c ->
                            c.text("GET /get/1024 HTTP/1.1\r\nHost: so").flush().leave()),
                    LEFT),
            scenario(
                    "client stalls in mid-upload",
                    4,
                    worker -> worker.alone(c -> c.post("count", 50_000, 20_000).counted(50_000)),
                    CUT,
                    BAD_GATEWAY),
            scenario(
                    "no HTTP",
                    100,
                    worker -> worker.alone(
                            c -> c.text("this is no HTTP\r\n\r\n").flush().answer(0)),
                    REJECTED),
            scenario(
                    "broken chunk",
                    100,
                    worker -> worker.alone(c -> c.head("POST", "count", "Transfer-Encoding: chunked\r\n")
                            .chunk(0, 1000)
                            .text("zz\r\n")
                            .flush()
                            .answer(0)),
                    REJECTED,
                    BAD_GATEWAY,
                    CUT),
            scenario(
                    "program resets before the answer",
                    100,
                    worker -> worker.alone(c -> c.get("reset").answer(0)),
                    BAD_GATEWAY),
            scenario(
                    "program ends before the answer",
                    100,
                    worker -> worker.alone(c -> c.post("end", 1024, 1024).answer(0)),
                    BAD_GATEWAY),
            scenario(
                    "program resets unread body",
                    100,
                    worker -> worker.alone(
                            c -> c.post("reset-unread", 102_400, 102_400).answer(0)),
                    BAD_GATEWAY,
                    CUT),
            scenario(
                    "program reads nothing, then resets",
                    10,
                    worker -> worker.alone(c -> c.post("unread", LARGE, LARGE).answer(0)),
                    BAD_GATEWAY,
                    CUT),
            scenario(
                    "program ends in mid-answer",
                    100,
                    worker -> worker.alone(c -> c.get("half/20000").answer(20_000)),
                    CUT),
            scenario(
                    "program resets in mid-answer",
                    100,
                    worker -> worker.alone(c -> c.get("half-reset/20000").answer(20_000)),
                    CUT,
                    BAD_GATEWAY),
            scenario(
                    "program resets in mid-answer, spliced",
                    30,
                    worker -> worker.alone(c -> c.get("half-reset/" + LARGE).answer(LARGE)),
                    CUT,
                    BAD_GATEWAY),
            scenario(
                    "program ends in mid-chunk",
                    100,
                    worker -> worker.alone(c -> c.get("half-chunk/3000").answer(3000)),
                    CUT),
            scenario(
                    "program speaks no HTTP",
                    50,
                    worker -> worker.alone(c -> c.get("garbage").answer(0)),
                    BAD_GATEWAY),
            scenario(
                    "program answers before it reads",
                    100,
                    worker -> worker.alone(
                            c -> c.post("early/2000", 100_000, 100_000).answer(2000)),
                    ANSWERED,
                    BAD_GATEWAY,
                    CUT),
            scenario(
                    "program answers unread and ends",
                    100,
                    worker -> worker.alone(
                            c -> c.post("early-end/2000", 100_000, 100_000).answer(2000)),
                    ANSWERED,
                    BAD_GATEWAY,
                    CUT),
            scenario(
                    "program half-closes after the answer",
                    50,
                    worker -> worker.onKept(c -> c.get("half-close/1024").answer(1024)),
                    ANSWERED),
            scenario(
                    "program does not answer",
                    4,
                    worker -> worker.alone(c -> c.get("stall").answer(0)),
                    TIMED_OUT),
            scenario(
                    "program stalls in mid-answer",
                    3,
                    worker -> worker.alone(c -> c.get("stall-half/20000").answer(20_000)),
                    CUT),
            scenario(
                    "program answers for too long",
                    2,
                    worker -> worker.alone(c -> c.get("drip/100").answer(100)),
                    CUT),
            scenario(
                    "HTTP/2, 20 streams, failures by the program",
                    100,
                    Http2Scenarios::streams,
                    ANSWERED,
                    BAD_GATEWAY,
                    CUT),
            scenario("HTTP/2, 10 uploads", 50, Http2Scenarios::uploads, ANSWERED, BAD_GATEWAY, CUT),
            scenario(
                    "HTTP/2, streams reset by the client",
                    60,
                    Http2Scenarios::resets,
                    ANSWERED,
                    BAD_GATEWAY,
                    CUT,
                    LEFT),
            scenario("HTTP/2, client leaves with streams open", 30, Http2Scenarios::leaves, LEFT),
            scenario("GET under TLS, 3 on one connection", 60, TlsScenarios::good, ANSWERED),
            scenario("TLS: garbage", 40, worker -> TlsScenarios.raw(worker, TlsScenarios.GARBAGE), LEFT),
            scenario("TLS: end in mid-handshake", 40, worker -> TlsScenarios.raw(worker, TlsScenarios.BEGINNING), LEFT),
            scenario("TLS: connected and closed", 30, worker -> TlsScenarios.raw(worker, new byte[0]), LEFT),
            scenario("TLS: version 1.2", 20, TlsScenarios::old, REJECTED),
            scenario("TLS: reset in mid-upload", 30, TlsScenarios::reset, LEFT),
            scenario("TLS: reset in mid-answer", 20, TlsScenarios::resetAnswer, LEFT),
            scenario("object, put and got", 150, worker -> ObjectScenarios.putAndGet(worker, 10_000), ANSWERED),
            scenario("object of 1.5 MB, put and got", 15, worker -> ObjectScenarios.putAndGet(worker, LARGE), ANSWERED),
            scenario("object used up", 30, ObjectScenarios::usedUp, ANSWERED, REJECTED),
            scenario("object expired", 10, ObjectScenarios::expired, ANSWERED, REJECTED),
            scenario(
                    "object: client resets in mid-put", 20, worker -> ObjectScenarios.put(worker, Client::reset), LEFT),
            scenario("object: client ends in mid-put", 20, worker -> ObjectScenarios.put(worker, Client::leave), LEFT),
            scenario(
                    "object: client half-closes in mid-put",
                    20,
                    worker -> ObjectScenarios.put(worker, c -> c.halfClose().answer(-1)),
                    CUT,
                    REJECTED),
            scenario(
                    "object: consumer resets in mid-get",
                    10,
                    worker -> ObjectScenarios.consumerLeaves(worker, 80_000),
                    ANSWERED,
                    LEFT,
                    REJECTED),
            scenario(
                    "object: consumer resets in mid-get, spliced",
                    10,
                    worker -> ObjectScenarios.consumerLeaves(worker, LARGE),
                    ANSWERED,
                    LEFT,
                    REJECTED),
            scenario("object: producer resets in mid-pull", 20, ObjectScenarios::producerLeaves, LEFT, CUT),
            scenario(
                    "invoke, inline",
                    50,
                    worker -> ObjectScenarios.invoke(worker, "count", 1024, 1024, c -> c.counted(1024)),
                    ANSWERED,
                    BAD_GATEWAY),
            scenario(
                    "invoke, by reference",
                    15,
                    worker -> ObjectScenarios.invoke(worker, "count", LARGE, LARGE, c -> c.counted(LARGE)),
                    ANSWERED,
                    BAD_GATEWAY),
            scenario(
                    "invoke, large answer",
                    15,
                    worker -> ObjectScenarios.invoke(worker, "get/" + LARGE, 0, 0, c -> c.answer(LARGE)),
                    ANSWERED,
                    BAD_GATEWAY),
            scenario(
                    "invoke: program resets unread body",
                    15,
                    worker -> ObjectScenarios.invoke(worker, "reset-unread", LARGE, LARGE, c -> c.answer(0)),
                    BAD_GATEWAY,
                    CUT),
            scenario(
                    "invoke: client resets in mid-upload",
                    15,
                    worker -> ObjectScenarios.invoke(worker, "count", LARGE, worker.below(LARGE), Client::reset),
                    LEFT),
            scenario(
                    "invoke: client resets in mid-answer",
                    15,
                    worker -> ObjectScenarios.invoke(worker, "get/" + LARGE, 0, 0, ObjectScenarios::leaveInAnswer),
                    LEFT,
                    CUT,
                    BAD_GATEWAY));

    private static final int SHARES = ALL.stream().mapToInt(Scenario::share).sum();

    private Scenarios() {}

    static Scenario byChance(Random random) {
        int left = random.nextInt(SHARES);
        for (Scenario each : ALL) {
            left -= each.share();
            if (left < 0) {
                return each;
            }
        }
        throw new AssertionError();
    }

    private static Scenario scenario(String title, int share, Scenario.Script script, Outcome... allowed) {
        return new Scenario(title, share, script, List.of(allowed));
    }
}
