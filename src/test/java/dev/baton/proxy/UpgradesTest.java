package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Test 30, and what upgrades are for: connections that stop being HTTP, websockets and whatever else client and program agree on. */
final class UpgradesTest {
    private static final String SWITCH =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %s\r\nX-Own: yes\r\n\r\n";
    private static final String[] WISH = {"Connection: keep-alive, Upgrade", "Upgrade: websocket"};

    /** Switches to what is asked for, then gives every octet back. */
    private static Program echo() {
        return new Program(wire -> {
            Wire.Message request = wire.request();
            wire.send(SWITCH.formatted(request.field("Upgrade")));
            byte[] octets = new byte[16 * 1024];
            for (int n; (n = wire.socket.getInputStream().read(octets)) > 0; ) {
                wire.socket.getOutputStream().write(octets, 0, n);
            }
            wire.socket.shutdownOutput();
            wire.rest();
        });
    }

    private static void end(Wire wire) {
        try {
            wire.socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void octetsPassBothWaysUntilBothSidesHaveEnded() {
        try (ProxyFixture proxy = new ProxyFixture(echo(), "CONTAINER_CONCURRENCY", "1");
                Wire client = proxy.connect()) {
            Wire.Message answer = client.request("GET", "/chat", WISH).head();
            assertThat(answer.startLine()).isEqualTo("HTTP/1.1 101 Switching Protocols");
            assertThat(answer.field("Upgrade")).isEqualTo("websocket");
            assertThat(answer.field("Connection")).isEqualTo("Upgrade");
            assertThat(answer.field("X-Own")).isEqualTo("yes");
            client.send("GET / HTTP/1.1\r\n\r\n\u0081\u0000");
            assertThat(new String(client.exactly(20), java.nio.charset.StandardCharsets.ISO_8859_1))
                    .isEqualTo("GET / HTTP/1.1\r\n\r\n\u0081\u0000");
            assertThat(proxy.breaker().running()).isEqualTo(1);
            assertThat(proxy.finished).hasValue(0);
            assertThat(proxy.pipeline.tunnels()).isEqualTo(1);
            client.send("last");
            end(client);
            assertThat(client.rest()).isEqualTo("last");
            Await.until("the tunnel is gone", () -> proxy.pipeline.tunnels() == 0);
            assertThat(proxy.log).isEmpty();
        }
    }

    @Test
    void theProgramSeesTheWishAndNothingElseOfTheConnection() {
        CompletableFuture<Wire.Message> seen = new CompletableFuture<>();
        Program program = new Program(wire -> {
            seen.complete(wire.request());
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno");
            wire.rest();
        });
        try (ProxyFixture proxy = new ProxyFixture(program);
                Wire client = proxy.connect()) {
            client.request("GET", "/", "Connection: Upgrade, X-Hop", "Upgrade: echo/1", "X-Hop: 1");
            assertThat(client.response().text()).isEqualTo("no");
            assertThat(seen.join().field("Connection")).isEqualTo("Upgrade");
            assertThat(seen.join().field("Upgrade")).isEqualTo("echo/1");
            assertThat(seen.join().has("X-Hop")).isFalse();
        }
    }

    @Test
    void aRefusedUpgradeLeavesTheConnectionAsItWas() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = proxy.connect()) {
            client.request("GET", "/1", WISH).request("GET", "/2");
            assertThat(client.response().text()).startsWith("GET /1").containsIgnoringCase("upgrade: websocket");
            assertThat(client.response().text()).startsWith("GET /2").doesNotContainIgnoringCase("upgrade");
        }
    }

    @Test
    void whoMayNotAskIsAnOrdinaryRequest() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Connection: Upgrade", "Upgrade: websocket", "Content-Length: 2")
                    .send("ab");
            assertThat(client.response().text()).as("with a body").doesNotContainIgnoringCase("upgrade");
            client.request("GET", "/", "Connection: Upgrade", "Upgrade: h2c");
            assertThat(client.response().text()).as("HTTP/2").doesNotContainIgnoringCase("upgrade");
            client.request("GET", "/", "Upgrade: websocket");
            assertThat(client.response().text()).as("not of this hop").doesNotContainIgnoringCase("upgrade");
            client.send("GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
            assertThat(client.response().text()).as("HTTP/1.0").doesNotContainIgnoringCase("upgrade");
        }
    }

    @Test
    void aSwitchThatNobodyAskedForIsAFailure() {
        try (ProxyFixture proxy = new ProxyFixture(Program.answering(SWITCH.formatted("websocket")));
                Wire client = proxy.connect()) {
            Wire.Message answer = client.request("GET", "/").response();
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.text())
                    .isEqualTo("backend tried to switch protocol \"websocket\" when \"\" was requested\n");
            answer = client.request("GET", "/", "Connection: Upgrade", "Upgrade: other")
                    .response();
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.text())
                    .isEqualTo("backend tried to switch protocol \"websocket\" when \"other\" was requested\n");
        }
    }

    @Test
    void octetsSentAheadOfTheSwitchAreOfTheNewProtocol() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        String ahead = "GET /not-a-request HTTP/1.1\r\n\r\n\u0001";
        Program program = new Program(wire -> {
            wire.request();
            asked.countDown();
            assertThat(wire.silentFor(200)).isTrue();
            go.await();
            wire.send(SWITCH.formatted("other"));
            assertThat(wire.exactly(ahead.length()))
                    .isEqualTo(ahead.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
            wire.send("seen");
        });
        try (ProxyFixture proxy = new ProxyFixture(program);
                Wire client = proxy.connect()) {
            client.request("GET", "/", "Connection: Upgrade", "Upgrade: other").send(ahead);
            asked.await();
            go.countDown();
            client.head();
            assertThat(client.exactly(4)).containsExactly('s', 'e', 'e', 'n');
        }
    }

    @Test
    void neitherSideIsReadFasterThanTheOtherTakes() {
        byte[] much = new byte[24 << 20];
        new Random(1).nextBytes(much);
        CountDownLatch go = new CountDownLatch(1);
        Program program = new Program(wire -> {
            wire.request();
            wire.send(SWITCH.formatted("websocket"));
            go.await();
            byte[] all = wire.socket.getInputStream().readAllBytes();
            wire.send(all);
            wire.socket.shutdownOutput();
        });
        try (ProxyFixture proxy = new ProxyFixture(program);
                Wire client = proxy.connect()) {
            client.request("GET", "/", WISH).head();
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
                client.send(much);
                end(client);
            });
            Await.pause(500);
            assertThat(sent).as("more than buffers hold").isNotDone();
            go.countDown();
            sent.join();
            Await.pause(200);
            assertThat(Arrays.equals(client.exactly(much.length), much)).isTrue();
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void silenceDoesNotEndATunnelButTheLimitOnTheWholeDoes() {
        try (ProxyFixture proxy = new ProxyFixture(
                        echo(),
                        "REVISION_TIMEOUT_SECONDS",
                        "9",
                        "REVISION_RESPONSE_START_TIMEOUT_SECONDS",
                        "3",
                        "REVISION_IDLE_TIMEOUT_SECONDS",
                        "3");
                Wire client = proxy.connect()) {
            client.request("GET", "/", WISH).head();
            Await.pause(4_000);
            client.send("x");
            assertThat(client.exactly(1)).containsExactly('x');
            assertThat(client.rest()).matches("|<reset>");
            assertThat(proxy.log).containsExactly("Request timeout: 9s");
        }
    }

    @Test
    void aBrokenSideBreaksTheOther() {
        CountDownLatch broken = new CountDownLatch(1);
        Program program = new Program(wire -> {
            String target = wire.request().target();
            wire.send(SWITCH.formatted("websocket") + "hello");
            if (target.equals("/program")) {
                wire.reset();
            } else {
                wire.rest();
                broken.countDown();
            }
        });
        try (ProxyFixture proxy = new ProxyFixture(program)) {
            try (Wire client = proxy.connect()) {
                client.request("GET", "/client", WISH).head();
                assertThat(client.exactly(5)).containsExactly('h', 'e', 'l', 'l', 'o');
                client.reset();
                Await.until("the program learns of it", () -> broken.getCount() == 0);
            }
            try (Wire client = proxy.connect()) {
                client.request("GET", "/program", WISH);
                assertThat(client.rest()).isNotNull();
            }
            Await.until("no tunnel is left", () -> proxy.pipeline.tunnels() == 0);
        }
    }

    @Test
    void aDrainCountsTunnelsApartAndLeavesThemOpen() {
        try (ProxyFixture proxy = new ProxyFixture(echo());
                Wire client = proxy.connect();
                Wire idle = proxy.connect()) {
            client.request("GET", "/", WISH).head();
            CompletableFuture<Void> finished = proxy.pipeline.connections().finish();
            assertThat(idle.rest()).isEmpty();
            Await.until(
                    "only the tunnel is left",
                    () -> proxy.pipeline.connections().count() == 1);
            assertThat(proxy.pipeline.tunnels()).isEqualTo(1);
            client.send("still");
            assertThat(client.exactly(5)).containsExactly('s', 't', 'i', 'l', 'l');
            assertThat(finished).isNotDone();
            end(client);
            assertThat(client.rest()).isEmpty();
            finished.join();
        }
    }
}
