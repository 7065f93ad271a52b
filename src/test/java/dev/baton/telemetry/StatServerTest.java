package dev.baton.telemetry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.http.EventLoops;
import dev.baton.http.Listener;
import io.netty.channel.Channel;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatServerTest {
    private final AtomicLong now = new AtomicLong();
    private final Traffic traffic = new Traffic("pod-x", now::get);
    private EventLoops loops;
    private Channel listener;
    private Socket socket;
    private DataInputStream in;

    @BeforeEach
    void open() throws IOException {
        loops = new EventLoops(1, "stat-test");
        listener = Listener.bind(
                loops, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), new StatServer(traffic));
        var address = (InetSocketAddress) listener.localAddress();
        socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(100_000);
        in = new DataInputStream(socket.getInputStream());
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        listener.close().awaitUninterruptibly();
        loops.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "OPTIONS", "TRACE", "PURGE"})
    @DisplayName("any method is answered with the Stat and exactly its content type")
    void anyMethod(String method) throws IOException {
        now.addAndGet(1_000_000_000);
        traffic.report();
        send(method + " /metrics HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n");

        assertThat(head()).startsWith("HTTP/1.1 200 OK\r\n").contains("\r\ncontent-type: application/protobuf\r\n");
        assertThat(in.readNBytes(traffic.stat().length)).isEqualTo(traffic.stat());
    }

    @Test
    @DisplayName("HEAD has the length and no body")
    void headOnly() throws IOException {
        send("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(head()).contains("content-length: " + traffic.stat().length);
        assertThat(head()).startsWith("HTTP/1.1 404 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/metrics/", "/Metrics", "/metrics%20", "/foo?/metrics"})
    @DisplayName("other paths are not found")
    void otherPaths(String path) throws IOException {
        send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(head()).startsWith("HTTP/1.1 404 ");
        assertThat(new String(in.readNBytes(19), ISO_8859_1)).isEqualTo("404 page not found\n");
    }

    @Test
    @DisplayName("pipelined requests on a kept-alive connection are answered in order, bodies skipped, queries ignored")
    void pipelined() throws IOException {
        send("POST /metrics?x=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
                + "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
                + "GET /metrics HTTP/1.0\r\n\r\n");
        assertThat(head()).startsWith("HTTP/1.1 200 ");
        in.skipNBytes(traffic.stat().length);
        assertThat(head()).startsWith("HTTP/1.1 404 ");
        in.skipNBytes(19);
        assertThat(head()).startsWith("HTTP/1.0 200 ");
        assertThat(in.readAllBytes()).isEqualTo(traffic.stat());
    }

    @Test
    @DisplayName("what is no HTTP is refused, and the connection closed")
    void garbage() throws IOException {
        send("\u0016\u0003\u0001 nonsense\r\n\r\n");
        assertThat(head()).startsWith("HTTP/1.1 400 ");
        in.readAllBytes();
    }

    @Test
    @DisplayName("a client that has sent its end gets the answers to all it has asked")
    void ended() throws IOException {
        send("GET /none HTTP/1.1\r\nHost: x\r\n\r\nGET /none HTTP/1.1\r\nHost: x\r\n\r\nGET /no");
        socket.shutdownOutput();
        String text = new String(in.readAllBytes(), ISO_8859_1);
        assertThat(text.split("HTTP/1.1 404 Not Found\r\n", -1)).hasSize(3);
        assertThat(text).endsWith("\r\n\r\n400 Bad Request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nnonsense\r\n",
                "Content-Length: 300000\r\n\r\nhello",
                "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
            })
    @DisplayName("a body that cannot be read to its end is answered all the same, and the connection ends with it")
    void bodies(String rest) throws IOException {
        send("POST /none HTTP/1.1\r\nHost: x\r\n" + rest);
        String text = new String(in.readAllBytes(), ISO_8859_1);
        assertThat(text)
                .startsWith("HTTP/1.1 404 ")
                .contains("\r\nconnection: close\r\n")
                .endsWith("page not found\n");
    }

    @Test
    @DisplayName("a body is awaited before the answer, which else would be taken for the answer to half of a request")
    void awaited() throws IOException {
        send("POST /none HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
        socket.setSoTimeout(200);
        assertThatThrownBy(() -> in.read()).isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout(100_000);
        send("llo");
        assertThat(head()).startsWith("HTTP/1.1 404 ").doesNotContain("connection: close");
    }

    private void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    private String head() throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }
}
