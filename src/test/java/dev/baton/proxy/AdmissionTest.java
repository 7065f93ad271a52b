package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** Container concurrency on the main port: who waits, who is refused, and that every end of a request frees its place. */
final class AdmissionTest {
    private final Semaphore answers = new Semaphore(0);
    private final Queue<String> served = new ConcurrentLinkedQueue<>();

    /** Answers as many requests as the test allows. */
    private Program onLeave() {
        return new Program(wire -> {
            while (true) {
                Wire.Message request = wire.request();
                served.add(request.target());
                answers.acquire();
                wire.send(
                        "HTTP/1.1 200 OK\r\nContent-Length: " + request.text().length() + "\r\n\r\n" + request.text());
            }
        });
    }

    @Test
    void oneRunsTenWaitAndTheRestIsRefused() {
        try (ProxyFixture proxy = new ProxyFixture(onLeave(), "CONTAINER_CONCURRENCY", "1")) {
            List<Wire> clients = new ArrayList<>();
            for (int i = 0; i < 11; i++) {
                clients.add(proxy.connect()
                        .request("POST", "/" + i, "Content-Length: 1")
                        .send("x"));
                int queued = i;
                Await.until(
                        "it waits",
                        () -> proxy.breaker().waiting() == queued
                                && proxy.breaker().running() == 1);
            }
            for (int i = 0; i < 2; i++) {
                Wire.Message refused = proxy.get("/refused");
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.text()).isEqualTo("pending request queue full\n");
            }
            Await.until("one is at the program", () -> !served.isEmpty());
            assertThat(served).as("at the program").hasSize(1);
            assertThat(proxy.arrived.get() - proxy.finished.get())
                    .as("counted by the autoscaler")
                    .isEqualTo(11);
            answers.release(11);
            for (Wire client : clients) {
                assertThat(client.response().text()).isEqualTo("x");
            }
            assertThat(served)
                    .as("first come, first served")
                    .containsExactly("/0", "/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8", "/9", "/10");
        }
    }

    @Test
    void oneThatLeavesWhileItWaitsIsNeverServed() {
        try (ProxyFixture proxy = new ProxyFixture(onLeave(), "CONTAINER_CONCURRENCY", "1")) {
            Wire first = proxy.connect().request("GET", "/first");
            Await.until("the first runs", () -> served.size() == 1);
            Wire leaver = proxy.connect().request("GET", "/leaver");
            Await.until("one waits", () -> proxy.breaker().waiting() == 1);
            Wire last = proxy.connect().request("GET", "/last");
            Await.until("two wait", () -> proxy.breaker().waiting() == 2);
            leaver.close();
            Await.until("its place in the queue is free", () -> proxy.breaker().waiting() == 1);
            answers.release(2);
            assertThat(first.response().status()).isEqualTo(200);
            assertThat(last.response().status()).isEqualTo(200);
            assertThat(served).containsExactly("/first", "/last");
        }
    }

    @Test
    void theTimeLimitHoldsWhileWaitingToo() {
        try (ProxyFixture proxy =
                new ProxyFixture(onLeave(), "CONTAINER_CONCURRENCY", "1", "REVISION_TIMEOUT_SECONDS", "4")) {
            Wire running = proxy.connect().request("GET", "/runs");
            Await.until("the first runs", () -> served.size() == 1);
            Wire waiting = proxy.connect()
                    .request("POST", "/waits", "Content-Length: 100000")
                    .send("some");
            Wire.Message response = waiting.response();
            assertThat(response.status()).isEqualTo(504);
            assertThat(response.text()).isEqualTo("request timeout");
            assertThat(running.response().status()).isEqualTo(504);
            Await.until(
                    "all permits are back",
                    () -> proxy.breaker().running() == 0 && proxy.breaker().waiting() == 0);
            assertThat(served).containsExactly("/runs");
            assertThat(proxy.log).containsExactly("Request timeout: 4s", "Request timeout: 4s");
        }
    }

    @Test
    void aWaitingUploadIsHeldBackAtTheClient() {
        try (ProxyFixture proxy = new ProxyFixture(onLeave(), "CONTAINER_CONCURRENCY", "1")) {
            Wire first = proxy.connect().request("GET", "/first");
            Await.until("the first runs", () -> served.size() == 1);
            int size = 30_000_000;
            Wire upload = proxy.connect().request("POST", "/upload", "Content-Length: " + size);
            CountDownLatch sent = new CountDownLatch(1);
            Thread.ofVirtual().start(() -> {
                upload.send(new byte[size]);
                sent.countDown();
            });
            Await.until("it waits", () -> proxy.breaker().waiting() == 1);
            Await.pause(300);
            assertThat(sent.getCount()).as("it cannot be sent whole").isEqualTo(1);
            answers.release(2);
            assertThat(first.response().status()).isEqualTo(200);
            assertThat(upload.response().text()).hasSize(size);
        }
    }

    @Test
    void theKubeletsProbeOfTheProgramNeitherWaitsNorCounts() {
        try (ProxyFixture proxy = new ProxyFixture(onLeave(), "CONTAINER_CONCURRENCY", "1")) {
            Wire first = proxy.connect().request("GET", "/first");
            Await.until("the first runs", () -> served.size() == 1);
            Wire probe = proxy.connect().request("GET", "/probe", "K-Kubelet-Probe: x", "K-Original-Host: y");
            Await.until("the probe is at the program", () -> served.size() == 2);
            assertThat(proxy.arrived).hasValue(1);
            answers.release(2);
            assertThat(probe.response().status()).isEqualTo(200);
            assertThat(first.response().status()).isEqualTo(200);
        }
    }

    @Test
    void requestsFromTheActivatorAreCountedAsSuch() {
        try (ProxyFixture proxy = new ProxyFixture(onLeave())) {
            Wire direct = proxy.connect().request("GET", "/");
            Wire proxied = proxy.connect().request("GET", "/", "K-Proxy-Request: activator");
            Await.until("both run", () -> served.size() == 2);
            assertThat(proxy.arrived).hasValue(2);
            assertThat(proxy.viaActivator).hasValue(1);
            answers.release(2);
            direct.response();
            proxied.response();
        }
    }

    /** Clients of all kinds, on both event loops, with every kind of end: the fixture checks that all permits are back. */
    @Test
    void noEndOfARequestKeepsAPermit() throws InterruptedException {
        try (ProxyFixture proxy = new ProxyFixture(
                new Program(wire -> {
                    while (true) {
                        String target = wire.request().target();
                        switch (target) {
                            case "/hang-up" -> {
                                return;
                            }
                            case "/break-off" -> {
                                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nab");
                                return;
                            }
                            case "/reset" -> {
                                wire.reset();
                                return;
                            }
                            case "/junk" -> wire.send("junk\r\n\r\n");
                            case "/slow" -> {
                                Await.pause(30);
                                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                            }
                            default -> wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                        }
                    }
                }),
                "CONTAINER_CONCURRENCY",
                "2")) {
            String[] targets = {"/ok", "/slow", "/hang-up", "/break-off", "/reset", "/junk", "/ok"};
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 12; t++) {
                Random random = new Random(t);
                threads.add(Thread.ofVirtual().start(() -> {
                    for (int i = 0; i < 60; i++) {
                        client(proxy, targets[random.nextInt(targets.length)], random.nextInt(6));
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            Await.until(
                    "all permits are back",
                    () -> proxy.breaker().running() == 0 && proxy.breaker().waiting() == 0);
            assertThat(proxy.arrived).hasValueGreaterThan(500);
            assertThat(proxy.get("/ok").status()).isEqualTo(200);
        }
    }

    private static void client(ProxyFixture proxy, String target, int manner) {
        try (Wire client = proxy.connect()) {
            switch (manner) {
                case 0 -> client.request("GET", target);
                case 1 -> client.request("GET", target).reset();
                case 2 -> client.request("POST", target, "Content-Length: 5").send("ab");
                case 3 ->
                    client.request("POST", target, "Transfer-Encoding: chunked")
                            .send("junk\r\n")
                            .rest();
                case 4 -> client.request("GET", target).request("GET", target).rest(2);
                default -> client.request("GET", target).rest(1);
            }
        } catch (java.io.UncheckedIOException e) {
            // Cut off: that is one of the ends.
        }
    }
}
