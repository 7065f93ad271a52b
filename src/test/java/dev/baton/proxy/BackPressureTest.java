package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The slower side sets the pace in both directions: a fast sender comes to a stop, and no byte is lost over it. */
final class BackPressureTest {
    private static final int PIECE = 64 * 1024;
    private static final long TOTAL = 160L * 1024 * 1024;
    /** Far more than what sockets and the proxy hold, far less than everything. */
    private static final long STALLED_BELOW = 80L * 1024 * 1024;

    private static byte[] piece(long index) {
        byte[] piece = new byte[PIECE];
        for (int i = 0; i < PIECE; i++) {
            piece[i] = (byte) (index * 31 + i);
        }
        return piece;
    }

    private static void stalls(AtomicLong sent) {
        long before = -1;
        while (before != sent.get()) {
            before = sent.get();
            Await.pause(250);
        }
        assertThat(before).isLessThan(STALLED_BELOW);
    }

    private static void sendAll(Wire wire, AtomicLong sent) {
        for (long i = 0; i < TOTAL / PIECE; i++) {
            wire.send(piece(i));
            sent.addAndGet(PIECE);
        }
    }

    private static void receiveAll(Wire wire) {
        for (long i = 0; i < TOTAL / PIECE; i++) {
            assertThat(wire.exactly(PIECE)).as("piece " + i).isEqualTo(piece(i));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Connection: close"})
    void aSlowReaderStopsTheProgram(String field) {
        AtomicLong sent = new AtomicLong();
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    wire.request();
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + TOTAL + "\r\n"
                            + (field.isEmpty() ? "" : field + "\r\n") + "\r\n");
                    sendAll(wire, sent);
                }));
                Wire client = proxy.connect()) {
            client.request("GET", "/").head();
            stalls(sent);
            receiveAll(client);
            if (!field.isEmpty()) {
                return;
            }
            Await.until("the exchange is over", () -> proxy.finished.get() == 1);
        }
    }

    @Test
    void aSlowProgramStopsTheClient() throws InterruptedException {
        AtomicLong sent = new AtomicLong();
        CountDownLatch read = new CountDownLatch(1);
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    wire.head();
                    read.await();
                    receiveAll(wire);
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    wire.rest();
                }));
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Content-Length: " + TOTAL);
            Thread sender = Thread.ofVirtual().start(() -> sendAll(client, sent));
            stalls(sent);
            read.countDown();
            assertThat(client.response().text()).isEqualTo("ok");
            sender.join();
        }
    }

    @Test
    void bothDirectionsAtOnce() throws InterruptedException {
        AtomicLong sent = new AtomicLong();
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    wire.head();
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + TOTAL + "\r\n\r\n");
                    for (long i = 0; i < TOTAL / PIECE; i++) {
                        wire.send(wire.exactly(PIECE));
                    }
                    wire.rest();
                }));
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Content-Length: " + TOTAL);
            Thread sender = Thread.ofVirtual().start(() -> sendAll(client, sent));
            client.head();
            stalls(sent);
            receiveAll(client);
            sender.join();
        }
    }

    @Test
    void aStoppedResponseIsCancelledWhenItsReaderLeaves() {
        AtomicLong sent = new AtomicLong();
        CountDownLatch stopped = new CountDownLatch(1);
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
            wire.request();
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + TOTAL + "\r\n\r\n");
            try {
                sendAll(wire, sent);
            } finally {
                stopped.countDown();
            }
        }))) {
            Wire client = proxy.connect().request("GET", "/");
            client.head();
            stalls(sent);
            client.reset();
            Await.until("the program is cut off", () -> stopped.getCount() == 0);
        }
    }

    @Test
    void aStoppedUploadIsCancelledWhenItsProgramLeaves() {
        AtomicLong sent = new AtomicLong();
        CountDownLatch leave = new CountDownLatch(1);
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    wire.head();
                    leave.await();
                }));
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Content-Length: " + TOTAL);
            Thread.ofVirtual().start(() -> {
                try {
                    sendAll(client, sent);
                } catch (java.io.UncheckedIOException e) {
                    // Cut off in the end, because nobody wants the rest.
                }
            });
            stalls(sent);
            leave.countDown();
            assertThat(client.head().status()).isEqualTo(502);
        }
    }
}
