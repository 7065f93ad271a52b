package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import dev.baton.config.Environment;
import dev.baton.config.SidecarConfig;
import dev.baton.http.EventLoops;
import dev.baton.http.Listener;
import dev.baton.kernel.Linux;
import dev.baton.probe.HealthHandler;
import dev.baton.probe.Readiness;
import dev.baton.requestlog.RequestLog;
import dev.baton.requestlog.TemplateException;
import dev.baton.tls.HandshakeFailures;
import dev.baton.tls.ServerTls;
import dev.baton.tls.TlsFront;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The main port alone, in front of a {@link Program}, set up by the sidecar's own environment variables. Closing it asserts
 * that nothing is left: no permit, no counted request, no connection to the program in use.
 */
final class ProxyFixture implements AutoCloseable, TrafficObserver, ProxyLog {
    final Program program;
    final List<String> log = new CopyOnWriteArrayList<>();
    final List<String> complaints = new CopyOnWriteArrayList<>();
    final List<String> requestLog = new CopyOnWriteArrayList<>();
    final List<String> handshakeFailures = new CopyOnWriteArrayList<>();
    final AtomicInteger arrived = new AtomicInteger();
    final AtomicInteger viaActivator = new AtomicInteger();
    final AtomicInteger finished = new AtomicInteger();
    final AtomicInteger ordinary = new AtomicInteger();
    /** Health checks that have asked for the program's readiness. */
    final AtomicInteger checks = new AtomicInteger();

    volatile boolean draining;
    /** A clock by which every failed handshake comes long after the one before. */
    private final AtomicLong nanos = new AtomicLong();
    /** A failure has been logged with the kernel's count of sockets. */
    volatile boolean socketsTold;

    final MainPipeline pipeline;
    final EventLoops loops;
    private final Channel listener;
    private final List<Channel> furtherListeners = new CopyOnWriteArrayList<>();
    private final List<Wire> clients = new CopyOnWriteArrayList<>();

    /** Settings are variable, value, variable, value. */
    ProxyFixture(Program program, String... settings) {
        this(program, () -> null, () -> null, settings);
    }

    ProxyFixture(
            Program program,
            Supplier<@Nullable ChannelHandler> dress,
            Supplier<@Nullable ChannelHandler> delivery,
            String... settings) {
        this(program, program.port(), dress, delivery, Linux::running, settings);
    }

    /** Large bodies meet a kernel that the test has made. */
    ProxyFixture(Program program, Supplier<Linux> kernel, String... settings) {
        this(program, program.port(), () -> null, () -> null, kernel, settings);
    }

    /** In front of a program that the test looks after itself. */
    ProxyFixture(int port, String... settings) {
        this(Program.answering(""), port, () -> null, () -> null, Linux::running, settings);
    }

    private ProxyFixture(
            Program program,
            int port,
            Supplier<@Nullable ChannelHandler> dress,
            Supplier<@Nullable ChannelHandler> delivery,
            Supplier<Linux> kernel,
            String... settings) {
        this.program = program;
        String userPort = Integer.toString(port);
        Environment environment =
                Environment.minimal().with("SERVING_POD_IP", "127.0.0.1").with("USER_PORT", userPort);
        for (int i = 0; i < settings.length; i += 2) {
            environment.with(settings[i], settings[i + 1].replace("$PORT", userPort));
        }
        SidecarConfig config = SidecarConfig.read(environment.variables());
        loops = new EventLoops(2, "proxy-test");
        Readiness readiness = new Readiness(config.probes(), loops, complaints::add);
        RequestLog lines = requestLog(config);
        ProxyHooks hooks = new ProxyHooks(
                () -> new HealthHandler(
                        () -> {
                            CompletableFuture<Boolean> outcome = readiness.check();
                            checks.incrementAndGet();
                            return outcome;
                        },
                        () -> draining,
                        ordinary::incrementAndGet),
                dress,
                lines == null ? () -> null : lines::handler,
                delivery,
                () -> null,
                this,
                null,
                this);
        pipeline = new MainPipeline(
                config.proxy(),
                config.timeouts(),
                new InetSocketAddress(config.bind().user(), config.ports().user()),
                hooks,
                kernel);
        try {
            listener = Listener.bind(loops, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), pipeline);
        } catch (BindException e) {
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable RequestLog requestLog(SidecarConfig config) {
        try {
            return config.observability().requestLog().enabled()
                    ? RequestLog.of(
                            config.observability().requestLog(),
                            config.identity(),
                            line -> requestLog.add(new String(line, StandardCharsets.ISO_8859_1)))
                    : null;
        } catch (TemplateException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The same main port under TLS too. Returns the port. */
    int listenForTls(Supplier<ServerTls> tls, Duration handshake) {
        HandshakeFailures failures =
                new HandshakeFailures(() -> nanos.addAndGet(2_000_000_000L), handshakeFailures::add);
        try {
            Channel further = Listener.bind(
                    loops,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    new TlsFront(tls, handshake, failures, pipeline));
            furtherListeners.add(further);
            return ((InetSocketAddress) further.localAddress()).getPort();
        } catch (BindException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** A new connection to the main port. */
    Wire connect() {
        try {
            Wire wire = new Wire(new Socket(InetAddress.getLoopbackAddress(), port()));
            clients.add(wire);
            return wire;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One request on a connection of its own. */
    Wire.Message get(String target, String... fields) {
        try (Wire wire = connect()) {
            return wire.request("GET", target, fields).response();
        }
    }

    Breaker breaker() {
        Breaker breaker = pipeline.breaker();
        if (breaker == null) {
            throw new AssertionError("no breaker");
        }
        return breaker;
    }

    @Override
    public void arrived(boolean activator) {
        arrived.incrementAndGet();
        if (activator) {
            viaActivator.incrementAndGet();
        }
    }

    @Override
    public void finished(boolean activator) {
        finished.incrementAndGet();
        if (activator) {
            viaActivator.decrementAndGet();
        }
    }

    @Override
    public void warn(String message) {
        log.add(message);
    }

    @Override
    public void error(String message, String error, @Nullable Throwable cause) {
        int sockets = message.indexOf("; sockstat: ");
        socketsTold |= message.contains("TCP: inuse ");
        log.add((sockets < 0 ? message : message.substring(0, sockets)) + ": " + error);
    }

    @Override
    public void close() {
        try {
            clients.forEach(Wire::close);
            listener.close().awaitUninterruptibly();
            furtherListeners.forEach(further -> further.close().awaitUninterruptibly());
            Await.until(
                    "every connection of the main port is closed",
                    () -> pipeline.connections().count() == 0);
            Await.until("every request that arrived has finished", () -> arrived.get() == finished.get());
            assertThat(viaActivator).hasValue(0);
            if (pipeline.breaker() != null) {
                Await.until(
                        "all permits are back",
                        () -> breaker().running() == 0 && breaker().waiting() == 0);
            }
            Await.until(
                    "no connection to the program is in use",
                    () -> pipeline.upstreamConnections() == pipeline.idleUpstreamConnections());
        } finally {
            program.close();
            loops.close();
        }
    }
}
