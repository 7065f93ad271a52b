package dev.baton.tck;

import static dev.baton.tck.Case.raw;
import static dev.baton.tck.SidecarCases.HOST;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Which requests turn an HTTP/1 connection into another one, and which are served as they are (sections 2 and 4.9). */
final class UpgradeCases {
    private static final String SETTINGS = "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n";
    private static final String BOTH = "Connection: Upgrade, HTTP2-Settings\r\n";

    private UpgradeCases() {}

    static Group group() {
        List<Case> cases = new ArrayList<>();
        String[][] rows = {
            {"capitals", "GET /status/404" + HOST + BOTH + "Upgrade: H2C\r\n" + SETTINGS, ""},
            {"among-others", "GET /status/404" + HOST + BOTH + "Upgrade: own/1, h2c\r\n" + SETTINGS, ""},
            {
                "connection-in-two",
                "GET /status/404" + HOST + "Connection: Upgrade\r\nConnection: http2-settings\r\nUpgrade: h2c\r\n"
                        + SETTINGS,
                ""
            },
            {"settings-empty", "GET /status/404" + HOST + BOTH + "Upgrade: h2c\r\nHTTP2-Settings:\r\n", ""},
            {"settings-not-of-six", "GET /status/404" + HOST + BOTH + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n", ""
            },
            {"no-connection", "GET /echo" + HOST + "Upgrade: h2c\r\n" + SETTINGS, ""},
            {"h2", "GET /echo" + HOST + BOTH + "Upgrade: h2\r\n" + SETTINGS, ""},
            {"head", "HEAD /status/404" + HOST + BOTH + "Upgrade: h2c\r\n" + SETTINGS, ""},
            {"options-star", "OPTIONS *" + HOST + BOTH + "Upgrade: h2c\r\n" + SETTINGS, ""},
            {"length-zero", "POST /status/404" + HOST + BOTH + "Upgrade: h2c\r\nContent-Length: 0\r\n" + SETTINGS, ""},
            {
                "probe",
                "GET /" + HOST + BOTH + "Upgrade: h2c\r\nUser-Agent: kube-probe/1\r\nK-Network-Probe: queue\r\n"
                        + SETTINGS,
                ""
            },
        };
        for (String[] row : rows) {
            cases.add(new Case("h2c/" + row[0], "2", stand -> toHttp2(stand, row[1] + "\r\n" + row[2])));
        }
        String[][] others = {
            {"twice", "GET /echo" + HOST + "Connection: Upgrade\r\nUpgrade: one\r\nUpgrade: two\r\n\r\n"},
            {"settings-pass", "GET /echo" + HOST + "HTTP2-Settings: AAMAAABk\r\n\r\n"},
            {
                "websocket-fields",
                "GET /echo" + HOST
                        + "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: http://x\r\n\r\n"
            },
            {
                "probe",
                "GET /" + HOST
                        + "Connection: Upgrade\r\nUpgrade: websocket\r\nUser-Agent: kube-probe/1\r\nK-Network-Probe: queue\r\n\r\n"
            },
        };
        for (String[] row : others) {
            cases.add(raw("upgrade/" + row[0], "4.9", row[1]));
        }
        return new Group("upgrades", Map.of(), cases);
    }

    private static List<String> toHttp2(Stand stand, String octets) throws Exception {
        stand.app().http2(true);
        try (Wire wire = new Wire(Sidecar.MAIN)) {
            wire.send(octets);
            List<String> lines = new ArrayList<>();
            Message head = wire.receive(octets.startsWith("HEAD "));
            if (head == null) {
                lines.add("[closed]");
                return lines;
            }
            lines.addAll(head.lines());
            if (head.status() == 101) {
                wire.send(Frames.PREFACE);
                Frames frames = new Frames(wire.in(), wire.out());
                frames.write(Frames.SETTINGS, 0, 0, new byte[0]);
                lines.addAll(StreamCases.answer(frames, 1));
            }
            lines.add("[requests seen by the program: " + stand.app().takeRequests() + "]");
            return lines;
        } finally {
            stand.app().http2(false);
        }
    }
}
