package dev.baton.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.http.EventLoops;
import dev.baton.http.Listener;
import dev.baton.wasm.FunctionHandler;
import dev.baton.wasm.FunctionHost;
import dev.baton.wasm.FunctionLimits;
import dev.baton.wasm.FunctionObserver;
import dev.baton.wasm.ObjectGateway;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** What functions have done can be read off the meters. */
class FunctionMetersTest {
    private static final long LIMIT_BYTES = 64 << 20;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private double gauge(String name, String... tags) {
        return registry.get("baton.function." + name).tags(tags).gauge().value();
    }

    @Test
    void callsAreCountedByFunctionAndOutcomeWithTheirTime() throws Exception {
        EventLoops loops = new EventLoops(1, "meters");
        try (FunctionHost host = new FunctionHost(
                        FunctionLimits.ofMemory(LIMIT_BYTES),
                        ObjectGateway.NONE,
                        FunctionObserver.NONE,
                        InstantSource.system());
                HttpClient client = HttpClient.newHttpClient()) {
            host.load("upper", Files.readAllBytes(Path.of("src/main/guest/wasm/upper.wasm")));
            host.load("broken", new byte[20]);
            FunctionMeters meters = new FunctionMeters(host);
            meters.addCalls();
            meters.bindTo(registry);
            meters.addCalls();
            assertThat(registry.find("baton.function.calls").meters()).isEmpty();
            assertThat(gauge("memory.limit.bytes")).isEqualTo(LIMIT_BYTES);
            assertThat(gauge("modules", "state", "ready")).isOne();
            assertThat(gauge("modules", "state", "refused")).isOne();
            assertThat(gauge("modules", "state", "loading")).isZero();

            Channel listener = Listener.bind(
                    loops, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline().addLast(new HttpServerCodec(), new FunctionHandler(host));
                        }
                    });
            String root = "http://127.0.0.1:" + ((InetSocketAddress) listener.localAddress()).getPort();
            for (String path : new String[] {"/upper", "/upper", "/broken"}) {
                client.send(
                        HttpRequest.newBuilder(URI.create(root + path))
                                .version(HttpClient.Version.HTTP_1_1)
                                .POST(BodyPublishers.ofString("abc"))
                                .build(),
                        BodyHandlers.discarding());
            }
            await(() -> {
                meters.addCalls();
                return registry.find("baton.function.calls").meters().size() == 2
                        && calls("upper", "answered") == 2
                        && calls("broken", "not-loaded") == 1;
            });
            assertThat(registry.get("baton.function.guest")
                            .tags("function", "upper")
                            .functionCounter()
                            .count())
                    .isPositive();
            await(() -> gauge("calls.open") == 0);
            await(() -> gauge("instances") == gauge("instances.idle"));
            assertThat(gauge("memory.used.bytes")).isPositive().isLessThanOrEqualTo(LIMIT_BYTES);
            assertThat(gauge("threads")).isPositive();
            listener.close().sync();
        } finally {
            loops.close();
        }
    }

    private double calls(String function, String outcome) {
        return registry.get("baton.function.calls")
                .tags("function", function, "outcome", outcome)
                .functionTimer()
                .count();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; !condition.getAsBoolean(); i++) {
            assertThat(i).as("tries").isLessThan(2000);
            Thread.sleep(10);
        }
    }
}
