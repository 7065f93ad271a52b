package dev.baton;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The user's program: says which path it was asked for, and can be told to wait with that. */
final class UserProgram implements AutoCloseable {
    private final HttpServer server;
    private final CountDownLatch arrived = new CountDownLatch(1);
    private volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);
    private volatile String heldPath = "";
    private volatile int served;
    private volatile String traceparent = "";

    UserProgram(String address) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral(address), SidecarProcess.USER), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            traceparent = String.valueOf(exchange.getRequestHeaders().getFirst("traceparent"));
            if (path.equals(heldPath)) {
                arrived.countDown();
                gate.join();
            }
            byte[] body = ("served " + path).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
            count();
        });
        server.start();
    }

    private synchronized void count() {
        served++;
    }

    int served() {
        return served;
    }

    /** What the last request said of its trace; "null" if that was nothing. */
    String traceparent() {
        return traceparent;
    }

    /** The next request for /held waits. */
    void hold() {
        gate = new CompletableFuture<>();
        heldPath = "/held";
    }

    void awaitArrival() {
        try {
            assertThat(arrived.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void release() {
        gate.complete(null);
    }

    @Override
    public void close() {
        release();
        server.stop(0);
    }
}
