package dev.baton.config;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** SERVING_READINESS_PROBE: a Kubernetes Probe, or an array of them with ENABLE_MULTI_CONTAINER_PROBES. */
final class ProbeReader {
    private ProbeReader() {}

    static Probes read(Env env, int userPort, InetAddress user) {
        boolean http2 = env.flag(Setting.ENABLE_HTTP2_AUTO_DETECTION);
        boolean several = env.flag(Setting.ENABLE_MULTI_CONTAINER_PROBES);
        String json = env.given(Setting.SERVING_READINESS_PROBE);
        if (json == null) {
            return new Probes(List.of(), http2);
        }
        if (several && json.strip().equals("null")) {
            // To Go an array that is null has nothing in it.
            return new Probes(List.of(), http2);
        }
        List<JsonTree> probes = several
                ? JsonTree.array(Setting.SERVING_READINESS_PROBE, json)
                : List.of(JsonTree.object(Setting.SERVING_READINESS_PROBE, json));
        List<ProbeSpec> specs = new ArrayList<>(probes.size());
        for (JsonTree probe : probes) {
            specs.add(probe(probe, userPort, user.getHostAddress()));
        }
        return new Probes(List.copyOf(specs), http2);
    }

    private static ProbeSpec probe(JsonTree probe, int userPort, String user) {
        // The kubelet's, which the Go sidecar leaves alone too; but a value that is no number is refused.
        number(probe, "failureThreshold", 0);
        number(probe, "initialDelaySeconds", 0);
        return new ProbeSpec(
                action(probe, userPort, user),
                seconds(probe, "periodSeconds", 0),
                // The controller sends at least 1; a limit of zero would be none at all.
                seconds(probe, "timeoutSeconds", 1),
                count(probe, "successThreshold"));
    }

    /** The first of the kinds in the Go sidecar's order. */
    private static ProbeSpec.Action action(JsonTree probe, int userPort, String user) {
        if (probe.has("httpGet")) {
            JsonTree get = probe.object("httpGet");
            String path = get.text("path", "");
            List<ProbeSpec.Header> headers = new ArrayList<>();
            for (JsonTree header : get.array("httpHeaders")) {
                headers.add(new ProbeSpec.Header(header.text("name", ""), header.text("value", "")));
            }
            return new ProbeSpec.HttpGet(
                    get.text("scheme", "").equalsIgnoreCase("https"),
                    host(get.text("host", ""), user),
                    port(get, userPort),
                    path.startsWith("/") ? path : "/" + path,
                    List.copyOf(headers));
        }
        if (probe.has("tcpSocket")) {
            JsonTree socket = probe.object("tcpSocket");
            return new ProbeSpec.TcpSocket(host(socket.text("host", ""), user), port(socket, userPort));
        }
        if (probe.has("grpc")) {
            JsonTree grpc = probe.object("grpc");
            return new ProbeSpec.Grpc(user, port(grpc, userPort), grpc.text("service", ""));
        }
        return probe.has("exec") ? new ProbeSpec.Exec() : new ProbeSpec.None();
    }

    /** The user's program is where BATON_BIND says, whatever loopback name the controller filled in. */
    private static String host(String host, String user) {
        return switch (host) {
            case "", "127.0.0.1" -> user;
            // As a name it stays in the Host field.
            case "localhost" -> user.equals("127.0.0.1") ? host : user;
            default -> host;
        };
    }

    /** A port that is absent, zero or only a name is the user's port: the controller's own rule. */
    private static int port(JsonTree action, int userPort) {
        int port = action.intOrString("port");
        if (port > 65535) {
            throw action.bad("port", "a port");
        }
        return port > 0 ? port : userPort;
    }

    private static Duration seconds(JsonTree probe, String name, int least) {
        return Duration.ofSeconds(Math.max(number(probe, name, 0), least));
    }

    private static int count(JsonTree probe, String name) {
        return Math.max(number(probe, name, 1), 1);
    }

    /** The API's numbers have 32 bits. */
    private static int number(JsonTree probe, String name, int fallback) {
        long number = probe.integer(name, fallback);
        if (number != (int) number) {
            throw probe.bad(name, "a number of 32 bits");
        }
        return (int) number;
    }
}
