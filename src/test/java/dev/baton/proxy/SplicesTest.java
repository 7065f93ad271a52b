package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import dev.baton.kernel.Errno;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Large bodies go from socket to socket inside the kernel: the same bytes, and every end of an exchange as if they were copied. */
final class SplicesTest {
    private static final int SIZE = 6_000_001;
    private static final byte[] BODY = new byte[SIZE];

    static {
        for (int i = 0; i < SIZE; i++) {
            BODY[i] = (byte) (i * 31 + (i >> 11));
        }
    }

    private static String ok(long length, String... fields) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n" + Wire.lines(fields) + "\r\n";
    }

    /** Answers GET /large with the body, and anything else with the number of bytes that came, if they were the body's. */
    private static Program program(String... fields) {
        return new Program(wire -> {
            while (true) {
                Wire.Message head = wire.head();
                String length = head.field("Content-Length");
                if (length != null) {
                    byte[] got = wire.exactly(Integer.parseInt(length));
                    String said = Arrays.equals(got, 0, got.length, BODY, 0, got.length) ? length : "other bytes";
                    wire.send(ok(said.length()) + said);
                } else if (head.startLine().contains("/large")) {
                    wire.send(ok(SIZE, fields)).send(BODY);
                    if (fields.length > 0) {
                        return;
                    }
                } else {
                    wire.send(ok(5) + "small");
                }
            }
        });
    }

    /** The first large body only asks for the kernel's binding. */
    private static void warm(ProxyFixture proxy) {
        Await.until("the kernel's binding is loaded", () -> {
            try (Wire wire = proxy.connect()) {
                wire.request("GET", "/large").head();
                wire.exactly(SIZE);
            }
            return proxy.pipeline.splicedBytes() + proxy.pipeline.spliceFallbacks() > 0;
        });
    }

    private static Wire post(Wire wire, int length) {
        return wire.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n");
    }

    private static void nothingLeft(FaultyKernel kernel) {
        Await.until("all duplicates are closed", kernel.duplicates::isEmpty);
    }

    @Test
    void aLargeResponseIsTheSameAndItsConnectionsServeOn() {
        FaultyKernel kernel = FaultyKernel.sound();
        try (ProxyFixture proxy = new ProxyFixture(program(), kernel::linux)) {
            warm(proxy);
            long before = proxy.pipeline.splicedBytes();
            int connections = proxy.program.connections.get();
            try (Wire client = proxy.connect()) {
                for (int i = 0; i < 3; i++) {
                    client.request("GET", "/large").head();
                    assertThat(client.exactly(SIZE)).isEqualTo(BODY);
                    assertThat(client.request("GET", "/").response().text()).isEqualTo("small");
                }
            }
            assertThat(proxy.pipeline.splicedBytes() - before).isGreaterThan(SIZE);
            assertThat(proxy.program.connections).hasValue(connections);
            nothingLeft(kernel);
        }
    }

    @Test
    void aLargeRequestIsTheSameAndWhatFollowsItIsARequestOfItsOwn() {
        FaultyKernel kernel = FaultyKernel.sound();
        try (ProxyFixture proxy = new ProxyFixture(program(), kernel::linux);
                Wire client = proxy.connect()) {
            warm(proxy);
            long before = proxy.pipeline.splicedBytes();
            for (int i = 0; i < 3; i++) {
                post(client, SIZE).send(BODY).send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(client.response().text()).isEqualTo(Integer.toString(SIZE));
                assertThat(client.response().text()).isEqualTo("small");
            }
            assertThat(proxy.pipeline.splicedBytes() - before).isGreaterThan(SIZE);
            nothingLeft(kernel);
        }
    }

    @Test
    void aBodyThatComesInSmallPiecesIsTheSame() {
        FaultyKernel kernel = FaultyKernel.sound();
        try (ProxyFixture proxy = new ProxyFixture(program(), kernel::linux);
                Wire client = proxy.connect()) {
            warm(proxy);
            post(client, 300_000);
            for (int at = 0; at < 300_000; at += 10_000) {
                client.send(Arrays.copyOfRange(BODY, at, at + 10_000));
                Await.pause(1);
            }
            assertThat(client.response().text()).isEqualTo("300000");
            nothingLeft(kernel);
        }
    }

    @Test
    void aProgramThatClosesBehindItsResponseHasSentItWhole() {
        FaultyKernel kernel = FaultyKernel.sound();
        try (ProxyFixture proxy = new ProxyFixture(program("Connection: close"), kernel::linux)) {
            warm(proxy);
            for (int i = 0; i < 10; i++) {
                try (Wire client = proxy.connect()) {
                    client.request("GET", "/large").head();
                    // The reader is late: the end comes while the pipe is full.
                    Await.pause(i % 3 * 20L);
                    assertThat(client.exactly(SIZE)).isEqualTo(BODY);
                }
            }
            nothingLeft(kernel);
        }
    }

    @Test
    void aProgramThatEndsTooEarlyNeverLooksComplete() {
        FaultyKernel kernel = FaultyKernel.sound();
        AtomicBoolean whole = new AtomicBoolean(true);
        try (ProxyFixture proxy = new ProxyFixture(
                new Program(wire -> {
                    wire.request();
                    wire.send(ok(SIZE));
                    wire.send(whole.get() ? BODY : Arrays.copyOf(BODY, SIZE - 1));
                }),
                kernel::linux)) {
            warm(proxy);
            whole.set(false);
            try (Wire client = proxy.connect()) {
                client.request("GET", "/large").head();
                assertThat(client.rest().replace("<reset>", "").length()).isLessThan(SIZE);
            }
            nothingLeft(kernel);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientThatLeavesInTheMiddleLeavesNothingBehind(boolean upload) {
        FaultyKernel kernel = FaultyKernel.sound();
        try (ProxyFixture proxy = new ProxyFixture(program(), kernel::linux)) {
            warm(proxy);
            for (int i = 0; i < 5; i++) {
                Wire client = proxy.connect();
                if (upload) {
                    post(client, SIZE).send(Arrays.copyOf(BODY, SIZE / 2));
                } else {
                    client.request("GET", "/large").exactly(SIZE / 2);
                }
                client.reset();
            }
            Await.until("all have finished", () -> proxy.finished.get() == proxy.arrived.get());
            nothingLeft(kernel);
        }
    }

    @Test
    void anEarlyAnswerToAnUploadArrives() throws InterruptedException {
        FaultyKernel kernel = FaultyKernel.sound();
        CountDownLatch answered = new CountDownLatch(1);
        try (ProxyFixture proxy = new ProxyFixture(
                        new Program(wire -> {
                            Wire.Message head = wire.head();
                            if (head.startLine().startsWith("GET")) {
                                wire.send(ok(SIZE)).send(BODY);
                                return;
                            }
                            wire.exactly(1_000_000);
                            wire.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
                            answered.await();
                        }),
                        kernel::linux);
                Wire client = proxy.connect()) {
            warm(proxy);
            post(client, SIZE).send(Arrays.copyOf(BODY, 2_000_000));
            Wire.Message answer = client.response();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.text()).isEqualTo("big");
            answered.countDown();
            nothingLeft(kernel);
        }
    }

    @Test
    void aProgramThatDiesDuringAnUploadIsABadGateway() {
        FaultyKernel kernel = FaultyKernel.sound();
        try (ProxyFixture proxy = new ProxyFixture(
                        new Program(wire -> {
                            Wire.Message head = wire.head();
                            if (head.startLine().startsWith("GET")) {
                                wire.send(ok(SIZE)).send(BODY);
                            } else {
                                wire.exactly(1_000_000);
                                wire.reset();
                            }
                        }),
                        kernel::linux);
                Wire client = proxy.connect()) {
            warm(proxy);
            post(client, SIZE).send(Arrays.copyOf(BODY, 2_000_000));
            assertThat(client.response().status()).isEqualTo(502);
            nothingLeft(kernel);
        }
    }

    @Test
    void theLimitOfARequestCutsALargeResponse() {
        FaultyKernel kernel = FaultyKernel.sound();
        AtomicBoolean stall = new AtomicBoolean();
        try (ProxyFixture proxy = new ProxyFixture(
                new Program(wire -> {
                    wire.request();
                    wire.send(ok(SIZE));
                    if (stall.get()) {
                        wire.send(Arrays.copyOf(BODY, SIZE / 2));
                        wire.rest();
                    } else {
                        wire.send(BODY);
                    }
                }),
                kernel::linux,
                "REVISION_TIMEOUT_SECONDS",
                "8")) {
            warm(proxy);
            stall.set(true);
            try (Wire client = proxy.connect()) {
                client.request("GET", "/large").head();
                assertThat(client.rest().replace("<reset>", "")).hasSize(SIZE / 2);
            }
            assertThat(proxy.log).contains("Request timeout: 8s");
            nothingLeft(kernel);
        }
    }

    @Test
    void progressIsSeenByTheIdleLimit() {
        FaultyKernel kernel = FaultyKernel.sound();
        AtomicBoolean slow = new AtomicBoolean();
        try (ProxyFixture proxy = new ProxyFixture(
                new Program(wire -> {
                    wire.request();
                    wire.send(ok(SIZE));
                    for (int part = 0; part < 8; part++) {
                        Await.pause(slow.get() ? 500 : 0);
                        wire.send(Arrays.copyOfRange(BODY, part * (SIZE / 8), (part + 1) * (SIZE / 8)));
                    }
                    wire.send(Arrays.copyOfRange(BODY, SIZE / 8 * 8, SIZE));
                }),
                kernel::linux,
                "REVISION_IDLE_TIMEOUT_SECONDS",
                "3")) {
            warm(proxy);
            slow.set(true);
            try (Wire client = proxy.connect()) {
                client.request("GET", "/large").head();
                assertThat(client.exactly(SIZE)).isEqualTo(BODY);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EINVAL, Errno.EPERM, Errno.ENOMEM, Errno.EACCES, Errno.ENOSYS})
    void aRefusedSpliceIsACopyOfTheSameBytes(int errno) {
        FaultyKernel kernel = new FaultyKernel(n -> n % 7 == 0 ? -errno : 0, true);
        sameBytesBothWays(kernel, true);
    }

    @Test
    void interruptedAndShortCallsChangeNothing() {
        FaultyKernel kernel = new FaultyKernel(n -> n % 5 == 0 ? -Errno.EINTR : 0, true).movingAtMost(70_001);
        sameBytesBothWays(kernel, false);
    }

    @Test
    void withoutDescriptorsTheBodyIsCopied() {
        FaultyKernel kernel = new FaultyKernel(n -> 0, false);
        sameBytesBothWays(kernel, true);
    }

    private static void sameBytesBothWays(FaultyKernel kernel, boolean fallsBack) {
        try (ProxyFixture proxy = new ProxyFixture(program(), kernel::linux)) {
            warm(proxy);
            for (int i = 0; i < 8; i++) {
                try (Wire client = proxy.connect()) {
                    client.request("GET", "/large").head();
                    assertThat(client.exactly(SIZE)).isEqualTo(BODY);
                    post(client, SIZE).send(BODY);
                    assertThat(client.response().text()).isEqualTo(Integer.toString(SIZE));
                    assertThat(client.request("GET", "/").response().text()).isEqualTo("small");
                }
            }
            if (fallsBack) {
                assertThat(proxy.pipeline.spliceFallbacks()).isPositive();
            }
            nothingLeft(kernel);
        }
    }

    @Test
    void theSettingTurnsItOff() {
        FaultyKernel kernel = FaultyKernel.sound();
        try (ProxyFixture proxy = new ProxyFixture(program(), kernel::linux, "BATON_SPLICE", "false");
                Wire client = proxy.connect()) {
            client.request("GET", "/large").head();
            assertThat(client.exactly(SIZE)).isEqualTo(BODY);
            assertThat(kernel.splices).hasValue(0);
        }
    }
}
