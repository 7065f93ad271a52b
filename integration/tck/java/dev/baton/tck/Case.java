package dev.baton.tck;

import java.util.List;

/**
 * One question put to a sidecar.
 *
 * @param id stable name, {@code topic/what-it-shows}
 * @param section of the queue-proxy's behaviour: 1 environment, 2 listeners, 4 request path, 5 probes, 6 telemetry, 7
 *     logs, 8 drain, 9 TLS
 * @param newer of what only versions newer than the reference do: held against a transcript
 * @param script puts the question and gives the comparable answer, a line each
 */
record Case(String id, String section, boolean newer, Script script) {
    Case(String id, String section, Script script) {
        this(id, section, false, script);
    }

    static Case newer(String id, String section, Script script) {
        return new Case(id, section, true, script);
    }

    @FunctionalInterface
    interface Script {
        List<String> ask(Stand stand) throws Exception;
    }

    /** A request in raw octets on a connection of its own, and the answers to it. */
    static Case raw(String id, String section, String octets) {
        return raw(id, section, 1, octets);
    }

    static Case raw(String id, String section, int answers, String octets) {
        return new Case(id, section, stand -> {
            try (Wire wire = new Wire(Sidecar.MAIN)) {
                List<String> lines = wire.send(octets).answers(answers, octets.startsWith("HEAD "));
                lines.add("[requests seen by the program: " + stand.app().takeRequests() + "]");
                return lines;
            }
        });
    }

    /** The same for another of the sidecar's ports. */
    static Case on(int port, String id, String section, String octets) {
        return new Case(id, section, stand -> {
            try (Wire wire = new Wire(port)) {
                return wire.send(octets).answers(1, octets.startsWith("HEAD "));
            }
        });
    }
}
