package dev.baton.wasm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions that the user's program serves: taken when they are there, refused when they are not what was promised. */
class ServedFunctionsTest {
    private static final long PATIENCE_NANOS = 100_000_000_000L;

    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final byte[] echo = Guests.hostile("echo");
    private final FunctionHost host = Guests.host(Guests.limits(), ObjectGateway.NONE, new FunctionObserver() {
        @Override
        public void awaited(String reason) {
            complaints.add(reason);
        }
    });
    private HttpServer server;

    @AfterEach
    void end() {
        host.close();
        if (server != null) {
            server.stop(0);
        }
    }

    private void serve(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    private URI program() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void at(String path, HttpHandler handler) {
        server.createContext(path, handler);
    }

    private static HttpHandler giving(byte[] bytes) {
        return exchange -> answer(exchange, 200, bytes);
    }

    private static void answer(HttpExchange exchange, int status, byte[] bytes) throws IOException {
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static byte[] list(String... entries) {
        return ("[" + String.join(",", entries) + "]").getBytes(UTF_8);
    }

    private static String entry(String name, String path, byte[] module) throws Exception {
        return "{\"name\":\"" + name + "\",\"path\":\"" + path + "\",\"sha256\":\"" + sha256(module) + "\"}";
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private void awaitReady() throws InterruptedException {
        await(host::ready);
    }

    private static void await(java.util.function.BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(5);
        }
    }

    private void assertRefused(String name, String reason) {
        assertThat(host.functions())
                .filteredOn(function -> function.name().equals(name))
                .singleElement()
                .satisfies(function -> {
                    assertThat(function.state()).isEqualTo(FunctionState.REFUSED);
                    assertThat(function.reason()).contains(reason);
                });
    }

    @Test
    void whatTheListNamesIsLoadedAndCalled() throws Exception {
        serve(0);
        at(
                "/functions.json",
                giving(list("{\"later\":{\"x\":[1]},"
                        + entry("echo", "/m/echo.wasm", echo).substring(1))));
        at("/m/echo.wasm", giving(echo));
        host.load(program());
        awaitReady();
        assertThat(host.functions()).containsExactly(new FunctionHost.Status("echo", FunctionState.READY, null));
        assertThat(Guests.call(host, "echo", "hello".getBytes(UTF_8)))
                .asString()
                .isEqualTo("hello");
        assertThat(complaints).isEmpty();
    }

    @Test
    void aProgramThatStartsLaterIsWaitedForAndReadinessWithIt() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        host.load(URI.create("http://127.0.0.1:" + port));
        await(() -> !complaints.isEmpty());
        assertThat(complaints).singleElement().asString().contains("ConnectException");
        assertThat(host.ready()).isFalse();
        assertThat(host.functions()).isEmpty();
        serve(port);
        at("/functions.json", giving(list(entry("echo", "/echo.wasm", echo))));
        AtomicInteger asked = new AtomicInteger();
        at("/echo.wasm", exchange -> answer(exchange, asked.getAndIncrement() < 2 ? 503 : 200, echo));
        awaitReady();
        assertThat(asked).hasValue(3);
        assertThat(Guests.call(host, "echo", new byte[3])).hasSize(3);
    }

    @Test
    void otherBytesThanPromisedAreRefusedAndTheOthersWork() throws Exception {
        serve(0);
        byte[] other = Guests.hostile("answers");
        at("/functions.json", giving(list(entry("changed", "/changed.wasm", echo), entry("echo", "/echo.wasm", echo))));
        at("/changed.wasm", giving(other));
        at("/echo.wasm", giving(echo));
        host.load(program());
        awaitReady();
        assertRefused("changed", "its bytes have the SHA-256 " + sha256(other));
        assertThat(Guests.call(host, "echo", new byte[3])).hasSize(3);
    }

    /** Somewhere else could be anywhere: another host, a cloud's metadata. */
    @Test
    void redirectsAreNotFollowed() throws Exception {
        serve(0);
        AtomicInteger elsewhere = new AtomicInteger();
        at("/elsewhere", exchange -> {
            elsewhere.incrementAndGet();
            answer(exchange, 200, echo);
        });
        HttpHandler redirecting = exchange -> {
            exchange.getResponseHeaders().set("Location", program() + "/elsewhere");
            answer(exchange, 302, new byte[0]);
        };
        at("/functions.json", giving(list(entry("echo", "/echo.wasm", echo))));
        at("/echo.wasm", redirecting);
        host.load(program());
        awaitReady();
        assertRefused("echo", "/echo.wasm was answered 302, a redirect, which is not followed");
        assertThat(elsewhere).hasValue(0);
    }

    @Test
    void aModuleThatIsNotThereOrTooLargeIsRefused() throws Exception {
        serve(0);
        byte[] large = new byte[Guests.limits().moduleBytes() + 1];
        at(
                "/functions.json",
                giving(list(
                        entry("absent", "/absent.wasm", echo),
                        entry("large", "/large.wasm", large),
                        entry("unending", "/unending.wasm", large),
                        entry("junk", "/junk.wasm", new byte[9]))));
        at("/absent.wasm", exchange -> answer(exchange, 404, new byte[0]));
        at("/large.wasm", giving(large));
        at("/unending.wasm", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (var out = exchange.getResponseBody()) {
                while (true) {
                    out.write(new byte[10_000]);
                }
            }
        });
        at("/junk.wasm", giving(new byte[9]));
        host.load(program());
        awaitReady();
        assertRefused("absent", "/absent.wasm was answered 404");
        assertRefused("large", "more than " + Guests.limits().moduleBytes());
        assertRefused("unending", "more than " + Guests.limits().moduleBytes());
        assertRefused("junk", "not a Wasm module");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "[1]",
                "[{}]",
                "[{\"name\":\"a\",\"path\":\"/a\",\"sha256\":\"00\"}]",
                "[{\"name\":\"a/b\",\"path\":\"/a\",\"sha256\":\"HASH\"}]",
                "[{\"name\":\"a\",\"path\":\"a\",\"sha256\":\"HASH\"}]",
                "[{\"name\":\"a\",\"path\":\"//other/a\",\"sha256\":\"HASH\"}]",
                "[{\"name\":\"a\",\"path\":\"http://other/a\",\"sha256\":\"HASH\"}]",
                "[{\"name\":\"a\",\"path\":\"/a?b\",\"sha256\":\"HASH\"}]",
                "[{\"name\":\"a\",\"path\":\"/a\\r\\nX: y\",\"sha256\":\"HASH\"}]",
                "[{\"name\":\"a\",\"path\":7,\"sha256\":\"HASH\"}]",
                "[{\"name\":\"a\",\"path\":\"/a\",\"sha256\":\"HASH\"},{\"name\":\"a\",\"path\":\"/b\",\"sha256\":\"HASH\"}]",
                "[{\"name\":\"a\",\"path\":\"/a\",\"sha256\":\"HASH\"}] x",
                "[{\"name\":\"a\",\"path\":\"/a\",\"sha256\":\"HASH\"}",
            })
    void aListThatIsNoneKeepsTheSidecarUnready(String text) throws Exception {
        serve(0);
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger modules = new AtomicInteger();
        at("/", exchange -> {
            modules.incrementAndGet();
            answer(exchange, 404, new byte[0]);
        });
        at("/functions.json", exchange -> {
            asked.incrementAndGet();
            answer(exchange, 200, text.replace("HASH", "0".repeat(64)).getBytes(UTF_8));
        });
        host.load(program());
        await(() -> asked.get() >= 2);
        assertThat(complaints).singleElement().asString().startsWith("functions.json ");
        assertThat(host.ready()).isFalse();
        assertThat(modules).hasValue(0);
    }

    @Test
    void aListWithoutEndIsCut() throws Exception {
        serve(0);
        at("/functions.json", giving(new byte[FunctionList.BYTES_MAX + 1]));
        host.load(program());
        await(() -> !complaints.isEmpty());
        assertThat(complaints.get(0)).contains("more than " + FunctionList.BYTES_MAX);
        assertThat(host.ready()).isFalse();
    }
}
