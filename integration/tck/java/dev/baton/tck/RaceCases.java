package dev.baton.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What depends on who comes first (sections 4.7 and 4.9). The sidecar is stopped while several things happen to it, and finds them all at
 * once when it goes on: a race that would take thousands of tries takes a few.
 */
final class RaceCases {
    private static final int ROUNDS = 60;
    private static final int RIVALS = 8;

    /** Longer than a sidecar takes to put a request into its queue, or to see that its connection is free again. */
    private static final int SETTLED_MILLIS = 60;

    private RaceCases() {}

    static List<Group> groups() {
        return List.of(
                new Group(
                        "kept connections",
                        // One thread each, so that one event is seen after the other.
                        Map.of("GOMAXPROCS", "1", "BATON_EVENT_LOOPS", "1"),
                        List.of(new Case("reuse/post-to-a-program-that-has-left", "4.9", RaceCases::postAfterTheEnd))),
                new Group(
                        "queue",
                        Map.of("CONTAINER_CONCURRENCY", "1"),
                        List.of(new Case("breaker/first-come-first-served", "4.7", RaceCases::overtaking))));
    }

    /** The program closes the connection that the sidecar keeps, and a POST comes before the sidecar has seen that. */
    private static List<String> postAfterTheEnd(Stand stand) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            try (Wire wire = new Wire(Sidecar.MAIN)) {
                wire.send("GET /parting" + SidecarCases.HOST + "\r\n").receive(false);
                Thread.sleep(SETTLED_MILLIS);
                stand.sidecar().stop();
                wire.send("POST /status/201" + SidecarCases.HOST + "Content-Length: 2\r\n\r\nhi");
                stand.app().part();
                Thread.sleep(SETTLED_MILLIS);
                stand.sidecar().goOn();
                Message answer = wire.receive(false);
                if (answer == null || answer.status() != 201) {
                    // In which of its calls the kernel told of the end is chance.
                    return List.of(answer == null ? "[closed]" : answer.start());
                }
            }
        }
        return List.of("each is answered by a new connection");
    }

    /** One runs, one waits, and in the moment in which the first ends others come. */
    private static List<String> overtaking(Stand stand) throws Exception {
        List<Wire> rivals = new ArrayList<>();
        try (Wire running = new Wire(Sidecar.MAIN);
                Wire waiting = new Wire(Sidecar.MAIN)) {
            for (int i = 0; i < RIVALS; i++) {
                rivals.add(new Wire(Sidecar.MAIN));
            }
            for (int round = 0; round < ROUNDS; round++) {
                running.send("GET /gate" + SidecarCases.HOST + "\r\n");
                Thread.sleep(SETTLED_MILLIS);
                waiting.send("GET /turn/waiting" + SidecarCases.HOST + "\r\n");
                Thread.sleep(SETTLED_MILLIS);
                stand.sidecar().stop();
                // Both orders in which the sidecar may be told, in turn.
                boolean endFirst = round % 2 == 0;
                if (endFirst) {
                    stand.app().openGate();
                    Thread.sleep(SETTLED_MILLIS);
                }
                for (Wire rival : rivals) {
                    rival.send("GET /turn/rival" + SidecarCases.HOST + "\r\n");
                }
                if (!endFirst) {
                    stand.app().openGate();
                }
                Thread.sleep(SETTLED_MILLIS);
                stand.sidecar().goOn();
                running.receive(false);
                waiting.receive(false);
                for (Wire rival : rivals) {
                    rival.receive(false);
                }
                if (!stand.app().takeTurns().getFirst().equals("waiting")) {
                    return List.of("whoever comes at the right moment");
                }
            }
            return List.of("who has waited");
        } finally {
            for (Wire rival : rivals) {
                rival.close();
            }
        }
    }
}
