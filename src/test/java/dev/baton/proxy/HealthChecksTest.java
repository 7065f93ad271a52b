package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The queue-proxy's table of health checks, and its ways of asking the user's containers. */
final class HealthChecksTest {
    private static final String GET_PROBE =
            "{\"httpGet\":{\"host\":\"127.0.0.1\",\"port\":$PORT,\"path\":\"/ready?x=%20y\","
                    + "\"httpHeaders\":[{\"name\":\"X-Probe\",\"value\":\"1\"},{\"name\":\"Host\",\"value\":\"h\"}]},"
                    + "\"periodSeconds\":10,\"timeoutSeconds\":30}";
    private static final String AGGRESSIVE =
            "{\"tcpSocket\":{\"host\":\"127.0.0.1\",\"port\":$PORT},\"successThreshold\":%d}";

    private final Queue<Wire.Message> asked = new ConcurrentLinkedQueue<>();

    private Program answering(String response) {
        return new Program(wire -> {
            asked.add(wire.request());
            wire.send(response);
        });
    }

    private static String status(int status) {
        return "HTTP/1.1 " + status + " X\r\nContent-Length: 0\r\n\r\n";
    }

    private static Wire.Message check(ProxyFixture proxy, String... fields) {
        List<String> all = new ArrayList<>(List.of("User-Agent: kube-probe/1.30", "K-Network-Probe: queue"));
        all.addAll(List.of(fields));
        return proxy.get("/healthz", all.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kube-probe/1.29", "Knative-Activator-Probe", "Knative-Autoscaling-Probe/x"})
    void aCheckIsAnsweredWhateverItsPathAndMethod(String agent) {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = proxy.connect()) {
            String userAgent = "user-agent: " + agent;
            Wire.Message ready = client.request(
                            "POST", "/any", userAgent, "k-network-probe: queue", "Content-Length: 3")
                    .send("abc")
                    .response();
            assertThat(ready.status()).isEqualTo(200);
            assertThat(ready.text()).isEqualTo("queue");
            Wire.Message other = client.request("GET", "/", userAgent, "K-Network-Probe: probe")
                    .response();
            assertThat(other.status()).isEqualTo(400);
            assertThat(other.text()).isEqualTo("unexpected probe header value: probe\n");
            Wire.Message none = client.request("GET", "/", userAgent).response();
            assertThat(none.status()).isEqualTo(400);
            assertThat(none.text()).isEqualTo("unexpected probe header value: \n");
            proxy.draining = true;
            for (String probe : new String[] {"queue", "probe", "x"}) {
                Wire.Message draining = client.request("GET", "/", userAgent, "K-Network-Probe: " + probe)
                        .response();
                assertThat(draining.status()).isEqualTo(503);
                assertThat(draining.text()).isEqualTo("shutting down\n");
            }
            assertThat(proxy.ordinary).as("ordinary requests").hasValue(0);
            assertThat(proxy.arrived).as("counted by the autoscaler").hasValue(0);
            assertThat(proxy.program.connections).hasValue(0);
        }
    }

    @Test
    void theIngressIsAnsweredWithItsHash() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo(), "SERVING_READINESS_PROBE", "{\"exec\":{}}");
                Wire client = proxy.connect()) {
            Wire.Message ready = client.request("GET", "/", "K-Network-Probe: probe", "K-Network-Hash: abc")
                    .response();
            assertThat(ready.status()).isEqualTo(200);
            assertThat(ready.text()).isEmpty();
            assertThat(ready.field("K-Network-Hash")).isEqualTo("abc");
            Wire.Message without =
                    client.request("GET", "/", "K-Network-Probe: probe").response();
            assertThat(without.status()).isEqualTo(400);
            assertThat(without.text())
                    .isEqualTo("a probe request must contain a non-empty \"K-Network-Hash\" header\n");
            proxy.draining = true;
            Wire.Message draining = client.request("GET", "/", "K-Network-Probe: probe", "K-Network-Hash: abc")
                    .response();
            assertThat(draining.status()).isEqualTo(503);
            assertThat(draining.text()).isEqualTo("shutting down\n");
        }
    }

    @ParameterizedTest
    @CsvSource({"curl/8,queue", "kube-prober/1,queue", "knative-activator-probe,queue", "curl/8,''", "'',other"})
    void whatOnlyLooksLikeACheckGoesToTheProgramAlsoWhileDraining(String agent, String probe) {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo())) {
            proxy.draining = true;
            Wire.Message response = proxy.get("/x", "User-Agent: " + agent, "K-Network-Probe: " + probe);
            assertThat(response.text()).startsWith("GET /x ");
            assertThat(proxy.ordinary).hasValue(1);
            assertThat(proxy.arrived).hasValue(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"200,200", "204,200", "302,200", "399,200", "400,503", "404,503", "500,503"})
    void anHttpProbePassesFrom200To399(int program, int answer) {
        try (ProxyFixture proxy = new ProxyFixture(answering(status(program)), "SERVING_READINESS_PROBE", GET_PROBE)) {
            Wire.Message response = check(proxy);
            assertThat(response.status()).isEqualTo(answer);
            assertThat(response.text()).isEqualTo(answer == 200 ? "queue" : "");
            Wire.Message probe = asked.element();
            assertThat(probe.startLine()).isEqualTo("GET /ready?x=%20y HTTP/1.1");
            assertThat(probe.field("User-Agent")).isEqualTo("kube-probe//");
            assertThat(probe.field("Host")).isEqualTo("127.0.0.1:" + proxy.program.port());
            assertThat(probe.field("X-Probe")).isEqualTo("1");
            assertThat(probe.field("Connection")).isEqualTo("close");
            assertThat(probe.field("Accept-Encoding")).isEqualTo("gzip");
            if (answer == 200) {
                assertThat(proxy.complaints).isEmpty();
            } else {
                assertThat(proxy.complaints)
                        .containsExactly("HTTP probe did not respond Ready, got status code: " + program);
            }
        }
    }

    @Test
    void redirectsAreFollowed() {
        try (ProxyFixture proxy = new ProxyFixture(
                new Program(wire -> {
                    Wire.Message request = wire.request();
                    asked.add(request);
                    wire.send(
                            request.target().equals("/there?a=b")
                                    ? status(200)
                                    : "HTTP/1.1 302 Found\r\nLocation: /there?a=b\r\nContent-Length: 0\r\n\r\n");
                }),
                "SERVING_READINESS_PROBE",
                GET_PROBE)) {
            assertThat(check(proxy).status()).isEqualTo(200);
            assertThat(asked).hasSize(2).allSatisfy(request -> assertThat(request.field("User-Agent"))
                    .isEqualTo("kube-probe//"));
            String first = asked.remove().target();
            assertThat(asked.remove().field("Referer")).isEqualTo("http://127.0.0.1:" + proxy.program.port() + first);
        }
    }

    @Test
    void endlessRedirectsAreNotReadiness() {
        try (ProxyFixture proxy = new ProxyFixture(
                answering("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
                "SERVING_READINESS_PROBE",
                GET_PROBE)) {
            assertThat(check(proxy).status()).isEqualTo(503);
            assertThat(proxy.complaints.getFirst()).isEqualTo("Get \"/\": stopped after 10 redirects");
        }
    }

    @Test
    void aProbeThatGetsNoAnswerFailsInTime() {
        try (ProxyFixture proxy = new ProxyFixture(
                new Program(wire -> {
                    wire.request();
                    wire.rest();
                }),
                "SERVING_READINESS_PROBE",
                GET_PROBE.replace("\"timeoutSeconds\":30", "\"timeoutSeconds\":1"))) {
            assertThat(check(proxy).status()).isEqualTo(503);
            assertThat(proxy.complaints.getFirst()).contains("context deadline exceeded");
        }
    }

    @Test
    void aProbeThatIsHungUpOnFails() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(Wire::request), "SERVING_READINESS_PROBE", GET_PROBE)) {
            assertThat(check(proxy).status()).isEqualTo(503);
            assertThat(proxy.complaints.getFirst()).endsWith(": EOF");
        }
    }

    @Test
    void concurrentChecksShareOneRun() throws InterruptedException {
        CountDownLatch answer = new CountDownLatch(1);
        try (ProxyFixture proxy = new ProxyFixture(
                new Program(wire -> {
                    asked.add(wire.request());
                    answer.await();
                    wire.send(status(200));
                }),
                "SERVING_READINESS_PROBE",
                GET_PROBE)) {
            List<Wire> clients = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                clients.add(proxy.connect().request("GET", "/", "User-Agent: kube-probe/1", "K-Network-Probe: queue"));
            }
            Wire leaver = clients.removeFirst();
            Await.until("the program is asked", () -> asked.size() == 1);
            Await.until("all have asked", () -> proxy.checks.get() == 10);
            leaver.close();
            answer.countDown();
            for (Wire client : clients) {
                assertThat(client.response().text()).isEqualTo("queue");
            }
            assertThat(asked).hasSize(1);
            assertThat(check(proxy).status()).as("the next check asks anew").isEqualTo(200);
            assertThat(asked).hasSize(2);
        }
    }

    @Test
    void severalProbesMustAllPass() {
        AtomicBoolean second = new AtomicBoolean();
        String probe =
                "{\"httpGet\":{\"host\":\"127.0.0.1\",\"port\":$PORT,\"path\":\"/%s\"},\"periodSeconds\":1,\"timeoutSeconds\":30}";
        try (ProxyFixture proxy = new ProxyFixture(
                new Program(wire ->
                        wire.send(status(wire.request().target().equals("/first") || second.get() ? 200 : 500))),
                "ENABLE_MULTI_CONTAINER_PROBES",
                "true",
                "SERVING_READINESS_PROBE",
                '[' + probe.formatted("first") + ',' + probe.formatted("second") + ']')) {
            assertThat(check(proxy).status()).isEqualTo(503);
            second.set(true);
            assertThat(check(proxy).status()).isEqualTo(200);
        }
    }

    @Test
    void aTcpProbeConnects() {
        try (ProxyFixture proxy = new ProxyFixture(
                new Program(Wire::rest),
                "SERVING_READINESS_PROBE",
                "{\"tcpSocket\":{\"host\":\"127.0.0.1\",\"port\":$PORT},\"periodSeconds\":1,\"timeoutSeconds\":30}")) {
            assertThat(check(proxy).status()).isEqualTo(200);
            Await.until("the probe's connection is accepted", () -> proxy.program.connections.get() == 1);
        }
    }

    @Test
    void aTcpProbeOfNobodyFails() {
        try (Program.Absent program = new Program.Absent();
                ProxyFixture proxy = new ProxyFixture(
                        program.port(),
                        "SERVING_READINESS_PROBE",
                        "{\"tcpSocket\":{\"host\":\"127.0.0.1\",\"port\":$PORT},\"periodSeconds\":1,\"timeoutSeconds\":30}")) {
            assertThat(check(proxy).status()).isEqualTo(503);
            assertThat(proxy.complaints)
                    .containsExactly("dial tcp 127.0.0.1:" + program.port() + ": connect: connection refused");
        }
    }

    @ParameterizedTest
    @CsvSource({"'{\"exec\":{}}',exec probe not supported", "'{}',no probe found"})
    void kindsThatCannotBeAskedAreNeverReady(String probe, String complaint) {
        String once = probe.substring(0, probe.length() - 1) + (probe.length() > 2 ? "," : "") + "\"periodSeconds\":1}";
        try (ProxyFixture proxy = new ProxyFixture(Program.echo(), "SERVING_READINESS_PROBE", once)) {
            assertThat(check(proxy).status()).isEqualTo(503);
            assertThat(proxy.complaints).containsExactly(complaint);
        }
    }

    @Test
    void anAggressiveProbeTriesUntilEnoughSuccessesInARow() {
        try (ProxyFixture proxy =
                new ProxyFixture(new Program(Wire::rest), "SERVING_READINESS_PROBE", AGGRESSIVE.formatted(3))) {
            assertThat(check(proxy).status()).isEqualTo(200);
            Await.until("three attempts", () -> proxy.program.connections.get() == 3);
            assertThat(check(proxy).status()).isEqualTo(200);
            Await.until("one more: the row goes on", () -> proxy.program.connections.get() == 4);
        }
    }

    @Test
    void anAggressiveProbeWaitsForAProgramThatIsStillStarting() {
        AtomicBoolean up = new AtomicBoolean();
        String get = "{\"httpGet\":{\"host\":\"127.0.0.1\",\"port\":$PORT,\"path\":\"/\"}}";
        try (ProxyFixture proxy = new ProxyFixture(
                new Program(wire -> wire.send(status(wire.request() != null && up.get() ? 200 : 503))),
                "SERVING_READINESS_PROBE",
                get)) {
            Wire client = proxy.connect().request("GET", "/", "User-Agent: kube-probe/1", "K-Network-Probe: queue");
            Await.until("it asks again and again", () -> proxy.program.connections.get() > 3);
            assertThat(client.silentFor(100)).isTrue();
            up.set(true);
            assertThat(client.response().text()).isEqualTo("queue");
            assertThat(proxy.complaints).isEmpty();
        }
    }

    @Test
    void anAggressiveProbeGivesUpAfterTenSeconds() {
        try (Program.Absent program = new Program.Absent();
                ProxyFixture proxy =
                        new ProxyFixture(program.port(), "SERVING_READINESS_PROBE", AGGRESSIVE.formatted(1))) {
            long asked = System.nanoTime();
            Wire client = proxy.connect().request("GET", "/", "User-Agent: kube-probe/1", "K-Network-Probe: queue");
            assertThat(client.response().status()).isEqualTo(503);
            assertThat(System.nanoTime() - asked).isGreaterThanOrEqualTo(10_000_000_000L);
            assertThat(proxy.complaints).hasSize(2);
            assertThat(proxy.complaints.get(0))
                    .matches("aggressive probe error \\(failed \\d+ times\\): dial tcp 127.0.0.1:\\d+: connect: "
                            + "connection refused");
            assertThat(proxy.complaints.get(1)).isEqualTo("context deadline exceeded");
        }
    }
}
