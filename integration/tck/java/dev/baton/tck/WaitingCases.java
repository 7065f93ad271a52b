package dev.baton.tck;

import static dev.baton.tck.SidecarCases.HOST;
import static dev.baton.tck.SidecarCases.exchange;
import static dev.baton.tck.SidecarCases.get;

import dev.baton.tck.Hpack.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What befalls a request while another one runs, or while its own answer is awaited (sections 4.6b and 4.7): limits and clients that leave. */
final class WaitingCases {
    private static final Map<String, String> ONE = Map.of("CONTAINER_CONCURRENCY", "1");

    /** Until a request that has been sent waits in the queue. */
    private static final int QUEUED_MILLIS = 150;

    private WaitingCases() {}

    static List<Group> groups() {
        List<Group> groups = new ArrayList<>();
        groups.add(new Group("queue of HTTP/2", ONE, queue()));
        groups.add(limited("overall", "REVISION_TIMEOUT_SECONDS"));
        groups.add(limited("response-start", "REVISION_RESPONSE_START_TIMEOUT_SECONDS"));
        groups.add(limited("idle", "REVISION_IDLE_TIMEOUT_SECONDS"));
        groups.add(new Group(
                "zero timeout of HTTP/2",
                Map.of("REVISION_TIMEOUT_SECONDS", "0"),
                List.of(new Case("timeout/http2-zero", "4.6b", stand -> {
                    try (Http2Client client = Http2Client.of(stand)) {
                        return client.get("/echo").answer();
                    }
                }))));
        return groups;
    }

    /** One runs for 1.8 s, and another one waits or runs itself, with a limit of a second. */
    private static Group limited(String name, String variable) {
        return new Group(
                "waiting, " + name,
                Map.of("CONTAINER_CONCURRENCY", "1", variable, "1"),
                List.of(
                        new Case("timeout/" + name + "-waiting-http1", "4.6b", stand -> {
                            try (Wire running = running(1_800);
                                    Wire waiting = new Wire(Sidecar.MAIN)) {
                                List<String> lines =
                                        waiting.send(get("/status/201")).answers(1, false);
                                lines.addAll(running.answers(1, false));
                                return lines;
                            }
                        }),
                        new Case("timeout/" + name + "-waiting-http2", "4.6b", stand -> {
                            try (Wire running = running(1_800);
                                    Http2Client client = Http2Client.of(stand)) {
                                List<String> lines = client.get("/status/201").answer();
                                lines.addAll(running.answers(1, false));
                                return lines;
                            }
                        }),
                        new Case("timeout/" + name + "-waiting-http2-body", "4.6b", stand -> {
                            try (Wire running = running(1_800);
                                    Http2Client client = Http2Client.of(stand)) {
                                List<String> lines =
                                        client.open("POST", "/echo").answer();
                                lines.addAll(running.answers(1, false));
                                return lines;
                            }
                        }),
                        new Case("timeout/" + name + "-http2", "4.6b", stand -> {
                            try (Http2Client client = Http2Client.of(stand)) {
                                return client.get("/sleep/1800").answer();
                            }
                        }),
                        new Case("timeout/" + name + "-http2-head", "4.6b", stand -> {
                            try (Http2Client client = Http2Client.of(stand)) {
                                return client.send("HEAD", "/sleep/1800").answer();
                            }
                        }),
                        new Case("timeout/" + name + "-grpc", "4.6b", stand -> {
                            try (Http2Client client = Http2Client.of(stand)) {
                                return client.send(
                                                "POST",
                                                "/sleep/1800",
                                                new Field("content-type", "application/grpc"),
                                                new Field("te", "trailers"))
                                        .answer();
                            }
                        }),
                        new Case("timeout/" + name + "-afterwards", "4.6b", stand -> {
                            try (Http2Client client = Http2Client.of(stand)) {
                                return client.get("/status/201").answer();
                            }
                        })));
    }

    private static Wire running(int millis) throws Exception {
        Wire running = new Wire(Sidecar.MAIN);
        running.send(get("/sleep/" + millis));
        Thread.sleep(QUEUED_MILLIS);
        return running;
    }

    private static List<Case> queue() {
        return List.of(
                new Case("breaker/http2-full", "4.7", stand -> {
                    try (Http2Client client = Http2Client.of(stand)) {
                        client.get("/sleep/900");
                        Thread.sleep(QUEUED_MILLIS);
                        for (int i = 0; i < 11; i++) {
                            client.get("/status/201");
                        }
                        // Which of them finds no place is up to the reference's threads.
                        List<String> lines = new ArrayList<>();
                        for (int stream = 1; stream <= client.last(); stream += 2) {
                            lines.add(String.join(" | ", client.answer(stream)));
                        }
                        lines.sort(null);
                        return lines;
                    }
                }),
                new Case("breaker/http2-reset-while-waiting", "4.7", stand -> {
                    try (Wire running = running(700);
                            Http2Client client = Http2Client.of(stand)) {
                        client.get("/status/418");
                        Thread.sleep(QUEUED_MILLIS);
                        client.reset();
                        List<String> lines = client.get("/status/201").answer();
                        lines.addAll(running.answers(1, false));
                        lines.add(
                                "[requests seen by the program: " + stand.app().takeRequests() + "]");
                        return lines;
                    }
                }),
                new Case("breaker/http2-reset-while-running", "4.7", stand -> {
                    try (Http2Client client = Http2Client.of(stand)) {
                        client.get("/sleep/30000");
                        Thread.sleep(QUEUED_MILLIS);
                        client.reset();
                        return client.get("/status/201").answer();
                    }
                }),
                new Case("breaker/http2-connection-ends-while-waiting", "4.7", stand -> {
                    try (Wire running = running(700)) {
                        try (Http2Client client = Http2Client.of(stand)) {
                            client.get("/status/418");
                            Thread.sleep(QUEUED_MILLIS);
                        }
                        try (Http2Client client = Http2Client.of(stand)) {
                            List<String> lines = client.get("/status/201").answer();
                            lines.addAll(running.answers(1, false));
                            lines.add("[requests seen by the program: "
                                    + stand.app().takeRequests() + "]");
                            return lines;
                        }
                    }
                }),
                new Case("breaker/http1-connection-ends-while-waiting", "4.7", stand -> {
                    try (Wire running = running(700)) {
                        try (Wire waiting = new Wire(Sidecar.MAIN)) {
                            waiting.send(get("/status/418"));
                            Thread.sleep(QUEUED_MILLIS);
                        }
                        List<String> lines = new ArrayList<>(
                                exchange(Sidecar.MAIN, get("/status/201")).lines());
                        lines.addAll(running.answers(1, false));
                        lines.add(
                                "[requests seen by the program: " + stand.app().takeRequests() + "]");
                        return lines;
                    }
                }),
                new Case("breaker/http1-connection-ends-while-running", "4.7", stand -> {
                    try (Wire running = running(30_000)) {
                        running.send("");
                    }
                    return exchange(Sidecar.MAIN, get("/status/201")).lines();
                }),
                new Case("breaker/http2-probe-while-full", "4.7", stand -> {
                    try (Wire running = running(600);
                            Http2Client client = Http2Client.of(stand)) {
                        List<String> lines = client.send(
                                        "GET",
                                        "/",
                                        new Field("user-agent", "kube-probe/1"),
                                        new Field("k-network-probe", "queue"))
                                .answer();
                        lines.addAll(client.send("GET", "/status/201", new Field("k-kubelet-probe", "x"))
                                .answer());
                        lines.addAll(running.answers(1, false));
                        return lines;
                    }
                }),
                new Case("breaker/upgraded-holds-its-place", "4.7", stand -> {
                    try (Wire tunnel = new Wire(Sidecar.MAIN);
                            Wire waiting = new Wire(Sidecar.MAIN)) {
                        tunnel.send("GET /upgrade" + HOST + "Connection: Upgrade\r\nUpgrade: own\r\n\r\n");
                        tunnel.receive(false);
                        String early = waiting.send(get("/status/201")).within(500);
                        tunnel.close();
                        List<String> lines = new ArrayList<>(List.of("while it lasts: [" + early + "]"));
                        lines.addAll(waiting.answers(1, false));
                        return lines;
                    }
                }));
    }
}
