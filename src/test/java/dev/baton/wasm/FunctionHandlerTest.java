package dev.baton.wasm;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.http.Answers;
import dev.baton.http.EventLoops;
import dev.baton.http.ExchangeAborted;
import dev.baton.http.FramingGuard;
import dev.baton.http.GuardLimits;
import dev.baton.http.Listener;
import dev.baton.http.OneAtATime;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests over real sockets become calls of functions, and whatever happens no memory stays behind. */
class FunctionHandlerTest {
    private static final Duration LIMIT = Duration.ofSeconds(8);

    private static final List<String> outcomes = new CopyOnWriteArrayList<>();
    private static EventLoops loops;
    private static FunctionHost host;
    private static Channel listener;
    private static HttpClient client;

    @BeforeAll
    static void open() throws Exception {
        loops = new EventLoops(2, "function-test");
        FunctionLimits limits = Guests.withMemory(Guests.withCall(Guests.limits(), LIMIT), 1024, 512 << 20);
        host = Guests.host(limits, ObjectGateway.NONE, new FunctionObserver() {
            @Override
            public void called(String function, GuestException.Kind outcome, long nanos) {
                outcomes.add(function + " " + outcome);
            }
        });
        for (String name : List.of("echo", "answers", "endless", "exits", "allocates")) {
            host.load(name, Guests.hostile(name));
        }
        for (String name : List.of("upper", "consumer", "relay", "cat", "sha256")) {
            host.load(name, Guests.sample(name));
        }
        host.load("broken", new byte[] {1, 2, 3});
        listener = listen(host);
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    private static Channel listen(FunctionHost functions) throws IOException {
        return Listener.bind(loops, new InetSocketAddress("127.0.77.1", 0), new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                FramingGuard guard = new FramingGuard(GuardLimits.DEFAULT);
                channel.pipeline()
                        .addLast(guard)
                        .addLast(new HttpServerCodec())
                        .addLast(new OneAtATime(guard))
                        .addLast(new Impatient())
                        .addLast(new FunctionHandler(functions));
            }
        });
    }

    /** As the handlers above do when a request with this path takes too long for them. */
    private static final class Impatient extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof HttpRequest request && request.uri().endsWith("?impatient")) {
                ctx.executor()
                        .schedule(
                                () -> {
                                    ctx.fireUserEventTriggered(ExchangeAborted.INSTANCE);
                                    ctx.writeAndFlush(
                                            Answers.text(HttpResponseStatus.GATEWAY_TIMEOUT, "request timeout"));
                                },
                                200,
                                TimeUnit.MILLISECONDS);
            }
            ctx.fireChannelRead(message);
        }
    }

    @AfterAll
    static void close() {
        client.close();
        listener.close();
        loops.close();
        host.close();
        assertThat(host.memory().charged()).isZero();
    }

    /** Nothing but idle memory is left: every guest has been let go. */
    @AfterEach
    void allMemoryComesBack() {
        Guests.awaitMemory(host);
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 1_000_000, 10_000_000})
    void theAnswerIsTheFunctionsWhateverTheSizeAndFraming(int size) throws Exception {
        byte[] body = random(size);
        HttpResponse<byte[]> known = post("/echo", BodyPublishers.ofByteArray(body));
        assertThat(known.statusCode()).isEqualTo(200);
        assertThat(known.body()).isEqualTo(body);
        assertThat(known.headers().firstValueAsLong("content-length")).hasValue(size);
        assertThat(known.headers().firstValue("content-type")).contains("application/octet-stream");
        HttpResponse<byte[]> chunked = post("/echo", unknownLength(body));
        assertThat(chunked.statusCode()).isEqualTo(200);
        assertThat(chunked.body()).isEqualTo(body);
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {0, 1, 65_536, 65_537, 1_000_000, 20_000_000})
    void aCommandAnswersWhileItsBodyStillComes(int size) throws Exception {
        byte[] body = random(size);
        // Not the JDK's client, which reads nothing before it has sent all.
        try (Socket socket = connect()) {
            Thread writer = Thread.ofPlatform().start(() -> send(socket, "/cat", body));
            InputStream in = socket.getInputStream();
            String head = head(in);
            assertThat(head).startsWith("HTTP/1.1 200");
            assertThat(head.toLowerCase(java.util.Locale.ROOT))
                    .contains(size < 65_536 ? "content-length: " + size : "transfer-encoding: chunked");
            assertThat(size < 65_536 ? in.readNBytes(size) : dechunked(in)).isEqualTo(body);
            writer.join();
        }
    }

    private static byte[] dechunked(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
            String line = "";
            while (!line.endsWith("\r\n")) {
                line += (char) in.read();
            }
            int size = Integer.parseInt(line.strip(), 16);
            all.writeBytes(in.readNBytes(size));
            assertThat(in.readNBytes(2)).containsExactly('\r', '\n');
            if (size == 0) {
                return all.toByteArray();
            }
        }
    }

    @Test
    void aBodyOfHalfTheMemoryPasses() throws Exception {
        byte[] body = random(32_000_000);
        assertThat(post("/echo", BodyPublishers.ofByteArray(body)).body()).isEqualTo(body);
    }

    @Test
    void manyRequestsAtOnceEachGetTheirOwnAnswer() {
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String body = ("request " + i + " ").repeat(5000 * (i % 3) + 1);
            all.add(client.sendAsync(request("/upper", BodyPublishers.ofString(body)), BodyHandlers.ofString())
                    .thenApply(answer -> {
                        assertThat(answer.body()).isEqualTo(body.toUpperCase(java.util.Locale.ROOT));
                        return answer;
                    }));
        }
        assertThat(all)
                .allSatisfy(each ->
                        assertThat(each.get(200, TimeUnit.SECONDS).statusCode()).isEqualTo(200));
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        try (Socket socket = connect()) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 40; i++) {
                all.append("POST /upper HTTP/1.1\r\nHost: f\r\nContent-Length: 4\r\n\r\na%03d".formatted(i));
            }
            all.append("GET /none HTTP/1.1\r\nHost: f\r\nConnection: close\r\n\r\n");
            socket.getOutputStream().write(all.toString().getBytes(US_ASCII));
            String answers = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            int at = 0;
            for (int i = 0; i < 40; i++) {
                at = answers.indexOf("A%03d".formatted(i), at);
                assertThat(at).as("answer %s", i).isPositive();
            }
            assertThat(answers.indexOf("HTTP/1.1 404", at)).isPositive();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/none, 404, not-found, no",
        "/, 404, not-found, no",
        "/echo/more, 404, not-found, no",
        "/broken, 500, function-refused, no",
        "/answers, 502, function-trapped, maybe",
        "/endless, 504, function-timeout, maybe",
        "/exits, 502, function-failed, maybe"
    })
    void whatGoesWrongHasAStatusAndACode(String path, int status, String code, String reached) throws Exception {
        HttpResponse<byte[]> answer = post(path, BodyPublishers.ofString("loop and more"));
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("baton-error")).contains(code + "; reached=" + reached);
        assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
        assertThat(new String(answer.body(), UTF_8))
                .contains("\"code\":\"" + code + "\"")
                .contains("\"status\":" + status);
        assertThat(post("/echo", BodyPublishers.ofString("alive")).body()).isEqualTo("alive".getBytes(US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/echo", "/echo/", "/echo?a=b", "/echo/?/x"})
    void theFirstPartOfThePathIsTheName(String path) throws Exception {
        assertThat(post(path, BodyPublishers.ofString("x")).statusCode()).isEqualTo(200);
    }

    @Test
    void theOnlyFunctionIsAtTheRootToo() throws Exception {
        FunctionHost single = Guests.hostile(Guests.limits(), "echo");
        Channel own = listen(single);
        try (single) {
            var request = java.net.http.HttpRequest.newBuilder(uri(own, "/?x=y"))
                    .POST(BodyPublishers.ofString("hello"))
                    .build();
            assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("hello");
        } finally {
            own.close();
        }
    }

    @Test
    void aBodyThatFitsNoMemoryIsRefusedBeforeItIsSent() throws Exception {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write("POST /echo HTTP/1.1\r\nHost: f\r\nContent-Length: 67108865\r\n\r\n".getBytes(US_ASCII));
            assertThat(head(socket.getInputStream())).startsWith("HTTP/1.1 413");
        }
    }

    @Test
    void aBodyOfUnknownLengthThatOutgrowsTheMemoryIsTooLarge() throws Exception {
        HttpResponse<byte[]> answer = post("/echo", unknownLength(new byte[50 << 20]));
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.headers().firstValue("baton-error")).contains("too-large; reached=maybe");
        assertThat(post("/allocates", BodyPublishers.ofByteArray(new byte[4])).statusCode())
                .isEqualTo(413);
    }

    @Test
    void aClientThatAsksWhetherToContinueIsToldTo() throws Exception {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write("POST /upper HTTP/1.1\r\nHost: f\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
                            .getBytes(US_ASCII));
            assertThat(head(socket.getInputStream())).startsWith("HTTP/1.1 100");
            socket.getOutputStream().write("abc".getBytes(US_ASCII));
            assertThat(head(socket.getInputStream())).startsWith("HTTP/1.1 200");
            assertThat(socket.getInputStream().readNBytes(3)).containsExactly('A', 'B', 'C');
            socket.getOutputStream()
                    .write("POST /none HTTP/1.1\r\nHost: f\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
                            .getBytes(US_ASCII));
            assertThat(head(socket.getInputStream())).startsWith("HTTP/1.1 404");
        }
    }

    @Test
    void aSlowBodyIsNotTheFunctionsTime() throws Exception {
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write("POST /sha256 HTTP/1.1\r\nHost: f\r\nContent-Length: 200000\r\n\r\n".getBytes(US_ASCII));
            out.write(new byte[100_000]);
            Thread.sleep(LIMIT.plusMillis(300).toMillis());
            out.write(new byte[100_000]);
            assertThat(head(socket.getInputStream())).startsWith("HTTP/1.1 200");
        }
    }

    @ParameterizedTest(name = "{0} of 1,000,000 bytes sent")
    @ValueSource(ints = {0, 1, 65_536, 500_000})
    void aClientThatLeavesInTheMiddleOfItsBodyLeavesNothing(int sent) throws Exception {
        for (String path : List.of("/echo", "/cat")) {
            try (Socket socket = connect()) {
                socket.getOutputStream()
                        .write(("POST " + path + " HTTP/1.1\r\nHost: f\r\nContent-Length: 1000000\r\n\r\n")
                                .getBytes(US_ASCII));
                socket.getOutputStream().write(new byte[sent]);
                Thread.sleep(50);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/echo", "/cat"})
    void aClientThatLeavesInTheMiddleOfTheAnswerLeavesNothing(String path) throws Exception {
        byte[] body = random(20_000_000);
        try (Socket socket = connect()) {
            Thread writer = Thread.ofPlatform().start(() -> send(socket, path, body));
            assertThat(head(socket.getInputStream())).startsWith("HTTP/1.1 200");
            assertThat(socket.getInputStream().readNBytes(1000)).hasSize(1000);
            socket.setSoLinger(true, 0);
            socket.close();
            writer.join();
        }
    }

    @Test
    void theAnswerStaysWhereItIsUntilASlowReaderHasReadIt() throws Exception {
        byte[] body = random(20_000_000);
        try (Socket socket = connect()) {
            Thread writer = Thread.ofPlatform().start(() -> send(socket, "/echo", body));
            InputStream in = socket.getInputStream();
            assertThat(head(in)).startsWith("HTTP/1.1 200");
            for (int i = 0; i < 3; i++) {
                assertThat(post("/echo", BodyPublishers.ofByteArray(random(1_000_000 + i)))
                                .statusCode())
                        .isEqualTo(200);
            }
            Thread.sleep(300);
            assertThat(host.memory().charged()).isGreaterThan(host.memory().warm());
            assertThat(in.readNBytes(body.length)).isEqualTo(body);
            writer.join();
        }
    }

    @Test
    void aCommandMayEndWithoutReadingItsBody() throws Exception {
        byte[] body = new byte[900_000];
        for (int i = 0; i < 3; i++) {
            HttpResponse<byte[]> answer = post("/exits", BodyPublishers.ofByteArray(body));
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).containsExactly('x');
        }
    }

    @Test
    void anExchangeThatAHandlerAboveHasAnsweredIsLetGo() throws Exception {
        outcomes.clear();
        HttpResponse<byte[]> answer = post("/endless?impatient", BodyPublishers.ofString("loop"));
        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(new String(answer.body(), US_ASCII)).isEqualTo("request timeout");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(100);
        while (outcomes.isEmpty() && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        assertThat(outcomes).containsExactly("endless CANCELLED");
    }

    private static void send(Socket socket, String path, byte[] body) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(("POST " + path + " HTTP/1.1\r\nHost: f\r\nContent-Length: " + body.length + "\r\n\r\n")
                    .getBytes(US_ASCII));
            out.write(body);
        } catch (IOException e) {
            // The reading side has closed the socket: that is one of the things under test.
        }
    }

    private static BodyPublisher unknownLength(byte[] body) {
        return BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(body));
    }

    private static java.net.http.HttpRequest request(String path, BodyPublisher body) {
        return java.net.http.HttpRequest.newBuilder(uri(listener, path))
                .timeout(Duration.ofSeconds(100))
                .POST(body)
                .build();
    }

    private static HttpResponse<byte[]> post(String path, BodyPublisher body) throws Exception {
        return client.send(request(path, body), BodyHandlers.ofByteArray());
    }

    private static URI uri(Channel of, String path) {
        InetSocketAddress address = (InetSocketAddress) of.localAddress();
        return URI.create("http://" + address.getHostString() + ":" + address.getPort() + path);
    }

    private static Socket connect() throws IOException {
        InetSocketAddress address = (InetSocketAddress) listener.localAddress();
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(100_000);
        return socket;
    }

    /** Up to and with the empty line. */
    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(US_ASCII).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            head.write(next);
        }
        return head.toString(US_ASCII);
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
