package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.Await;
import dev.baton.LoopbackAddress;
import dev.baton.reference.Reference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** References that lead to something other than a well-behaved sidecar. */
class HostileProducerTest {
    private static final int SIZE = 1000;

    private static String reference(TestPod sealing, InetAddress address, int port, long size) {
        return sealing.codec.seal(new Reference(
                address, port, new UUID(1, 2), new UUID(3, 4), 5, size, 1, System.currentTimeMillis() + 600_000));
    }

    private static HttpResponse<byte[]> get(TestPod pod, InetAddress address, int port, long size) {
        return Http.send(Http.get(pod, reference(pod, address, port, size)));
    }

    /** Test 13. The trap listens where a reference must not lead. */
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.255.255.254"})
    void nothingIsPulledFromOutsideThePodsRange(String forbidden) throws IOException {
        InetAddress address = InetAddress.ofLiteral(forbidden);
        try (TestPod b = new TestPod(null, "BATON_POD_CIDRS", "127.1.0.0/16");
                RawServer trap = RawServer.answering(address, 0, request -> "")) {
            HttpResponse<byte[]> response = get(b, address, trap.port(), SIZE);
            assertThat(response.statusCode()).isEqualTo(502);
            assertThat(trap.connections).hasValue(0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"169.254.169.254", "0.0.0.0", "::1", "fe80::1", "224.0.0.1", "64:ff9b::7f00:1"})
    void nothingIsPulledFromAddressesThatAreNoPods(String forbidden) {
        try (TestPod b = new TestPod(null, "BATON_POD_CIDRS", "127.0.0.0/8")) {
            long start = System.nanoTime();
            HttpResponse<byte[]> response = get(b, InetAddress.ofLiteral(forbidden), 8013, SIZE);
            assertThat(response.statusCode()).isEqualTo(502);
            // No attempt was made: one would have taken until the connect timeout or been refused as gone.
            assertThat(b.transfer.figures().peers()).isZero();
            assertThat(System.nanoTime() - start).isPositive();
        }
    }

    /** The own address with another start's epoch, or with nothing behind the id: answered without a connection. */
    @Test
    void aReferenceToTheOwnPodIsNeverConnectedTo() {
        try (TestPod b = new TestPod(null)) {
            assertThat(get(b, b.address, 8013, SIZE).statusCode()).isEqualTo(410);
            assertThat(b.transfer.figures().pullConnections()).isZero();
        }
    }

    /** Test 14, and more of its kind: what a producer must not answer. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
                "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
                "SSH-2.0-OpenSSH_9.6\r\n\r\n"
            })
    void anAnswerThatMakesNoSenseIsNoObject(String answer) throws IOException {
        InetAddress address = LoopbackAddress.any();
        try (TestPod b = new TestPod(null);
                RawServer producer = RawServer.answering(address, 8013, request -> answer)) {
            HttpResponse<byte[]> response = get(b, address, 8013, SIZE);
            assertThat(response.statusCode()).isEqualTo(502);
            assertThat(Http.code(response)).isEqualTo("producer-unreachable; reached=no");
            assertThat(producer.requests).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1})
    void anObjectOfTheWrongSizeIsNoObject(int more) throws IOException {
        InetAddress address = LoopbackAddress.any();
        String body = "x".repeat(SIZE + more);
        String answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(body.length())
                + "\r\n" + body + "\r\n0\r\n\r\n";
        try (TestPod b = new TestPod(null);
                RawServer producer = RawServer.answering(address, 8013, request -> answer)) {
            assertThat(get(b, address, 8013, SIZE).statusCode()).isEqualTo(502);
            // No acknowledgement: the object is not ours.
            Await.until("the connection is given up", () -> producer.open() == 0);
            assertThat(producer.requests).hasSize(1);
        }
    }

    @Test
    void aBodyThatBreaksOffIsNotTakenForWhole() throws IOException {
        InetAddress address = LoopbackAddress.any();
        try (TestPod b = new TestPod(null);
                RawServer producer = new RawServer(address, 8013, connection -> {
                    connection.message();
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
                    connection.send(Http.pattern(1, 500_000));
                })) {
            assertThatThrownBy(() -> get(b, address, 8013, 1_000_000)).isInstanceOf(UncheckedIOException.class);
            assertThat(producer.connections).hasValue(1);
        }
    }

    @Test
    void aProducerThatKeepsSilentIsGivenUp() throws IOException {
        InetAddress address = LoopbackAddress.any();
        try (TestPod b = new TestPod(null, "BATON_PULL_IDLE", "300ms");
                RawServer producer = new RawServer(address, 8013, connection -> {
                    connection.message();
                    connection.ended();
                })) {
            HttpResponse<byte[]> response = get(b, address, 8013, SIZE);
            assertThat(response.statusCode()).isEqualTo(504);
            assertThat(Http.code(response)).isEqualTo("pull-timeout; reached=no");
            Await.until("the connection is given up", () -> producer.open() == 0);
        }
    }

    @Test
    void aProducerThatStallsInTheMiddleIsGivenUp() throws IOException {
        InetAddress address = LoopbackAddress.any();
        try (TestPod b = new TestPod(null, "BATON_PULL_IDLE", "2s");
                RawServer producer = new RawServer(address, 8013, connection -> {
                    connection.message();
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
                    connection.send(Http.pattern(1, 500_000));
                    connection.ended();
                })) {
            assertThatThrownBy(() -> get(b, address, 8013, 1_000_000)).isInstanceOf(UncheckedIOException.class);
            Await.until("the connection is given up", () -> producer.open() == 0);
        }
    }

    @Test
    void aProducerThatIsNotThereIsGone() {
        try (TestPod b = new TestPod(null)) {
            HttpResponse<byte[]> response = get(b, LoopbackAddress.any(), 8013, SIZE);
            assertThat(response.statusCode()).isEqualTo(410);
        }
    }

    @Test
    void aProducerWhosePacketsVanishIsUnreachable() throws IOException {
        InetAddress address = LoopbackAddress.any();
        List<Socket> filling = new ArrayList<>();
        // A listener whose queue is full: the kernel drops further attempts.
        try (TestPod b = new TestPod(null, "BATON_CONNECT_TIMEOUT", "300ms");
                ServerSocket full = new ServerSocket()) {
            full.bind(new InetSocketAddress(address, 8013), 1);
            for (int i = 0; i < 2; i++) {
                Socket socket = new Socket();
                filling.add(socket);
                socket.connect(new InetSocketAddress(address, 8013), 5_000);
            }
            HttpResponse<byte[]> response = get(b, address, 8013, SIZE);
            assertThat(response.statusCode()).isEqualTo(502);
            assertThat(Http.code(response)).isEqualTo("producer-unreachable; reached=no");
        } finally {
            for (Socket socket : filling) {
                socket.close();
            }
        }
    }

    @Test
    void aKeptConnectionThatHasDiedIsReplacedUnseen() throws IOException {
        InetAddress address = LoopbackAddress.any();
        try (TestPod b = new TestPod(null);
                RawServer producer = new RawServer(address, 8013, connection -> {
                    // One pull and its acknowledgement, then it dies with the next request.
                    connection.message();
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
                    connection.message();
                    connection.send("HTTP/1.1 204 No Content\r\n\r\n");
                    connection.head();
                    connection.reset();
                })) {
            for (int i = 0; i < 3; i++) {
                HttpResponse<byte[]> response = get(b, address, 8013, 3);
                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(response.body()).asString().isEqualTo("abc");
            }
            assertThat(producer.connections).hasValue(3);
        }
    }
}
