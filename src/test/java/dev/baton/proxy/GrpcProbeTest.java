package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Readiness of programs that speak HTTP/2. */
final class GrpcProbeTest {
    private static final String[] CHECK = {"User-Agent: kube-probe/1.30", "K-Network-Probe: queue"};

    /** grpc.health.v1 on gRPC's own server, message by message in octets. */
    private static final class Health implements AutoCloseable, MethodDescriptor.Marshaller<byte[]> {
        final Server server;
        final List<byte[]> asked = new CopyOnWriteArrayList<>();
        volatile byte[] answer = {8, 1};

        Health() {
            MethodDescriptor<byte[], byte[]> check = MethodDescriptor.<byte[], byte[]>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName("grpc.health.v1.Health/Check")
                    .setRequestMarshaller(this)
                    .setResponseMarshaller(this)
                    .build();
            try {
                server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(ServerServiceDefinition.builder("grpc.health.v1.Health")
                                .addMethod(check, ServerCalls.asyncUnaryCall(this::check))
                                .build())
                        .build()
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void check(byte[] request, StreamObserver<byte[]> response) {
            asked.add(request);
            if (answer.length > 8) {
                response.onError(Status.NOT_FOUND.asRuntimeException());
            } else {
                response.onNext(answer);
                response.onCompleted();
            }
        }

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            server.shutdownNow();
        }
    }

    private static ProxyFixture probing(int port, String probe, String... more) {
        String[] settings = new String[more.length + 2];
        settings[0] = "SERVING_READINESS_PROBE";
        settings[1] = probe;
        System.arraycopy(more, 0, settings, 2, more.length);
        return new ProxyFixture(port, settings);
    }

    @Test
    void aServiceThatServesIsReady() {
        try (Health health = new Health();
                ProxyFixture proxy = probing(
                        health.server.getPort(),
                        "{\"grpc\":{\"port\":$PORT,\"service\":\"orders\"},\"periodSeconds\":1,\"timeoutSeconds\":60}")) {
            assertThat(proxy.get("/", CHECK).status()).isEqualTo(200);
            assertThat(health.asked.getFirst()).containsExactly(10, 6, 'o', 'r', 'd', 'e', 'r', 's');
            health.answer = new byte[] {8, 2};
            assertThat(proxy.get("/", CHECK).status()).isEqualTo(503);
            assertThat(proxy.complaints).containsExactly("service unhealthy (responded with \"NOT_SERVING\")");
            health.answer = new byte[0];
            assertThat(proxy.get("/", CHECK).status()).isEqualTo(503);
            health.answer = new byte[9];
            assertThat(proxy.get("/", CHECK).status()).isEqualTo(503);
            assertThat(proxy.complaints.getLast())
                    .isEqualTo("health rpc probe failed: rpc error: code = NotFound desc = ");
        }
    }

    @Test
    void whatIsNoGrpcServiceIsNotReady() {
        try (Program http1 = Program.answering("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                ProxyFixture proxy = probing(
                        http1.port(), "{\"grpc\":{\"port\":$PORT},\"periodSeconds\":1,\"timeoutSeconds\":30}")) {
            assertThat(proxy.get("/", CHECK).status()).isEqualTo(503);
            assertThat(proxy.complaints).singleElement().asString().startsWith("failed to connect service ");
        }
    }

    @Test
    void aGetIsTriedInBothVersions() {
        String probe = "{\"httpGet\":{\"port\":$PORT,\"path\":\"/ready\"},\"periodSeconds\":1,\"timeoutSeconds\":60}";
        try (Grpc http2 = new Grpc();
                ProxyFixture proxy = probing(http2.port(), probe, "ENABLE_HTTP2_AUTO_DETECTION", "true")) {
            assertThat(proxy.get("/", CHECK).status())
                    .as("gRPC answers a GET with an error, and HTTP/1 not at all")
                    .isEqualTo(503);
        }
        List<String> seen = new CopyOnWriteArrayList<>();
        try (Program http1 = new Program(wire -> {
                    Wire.Message request = wire.request();
                    seen.add(request.startLine());
                    wire.send(
                            request.startLine().startsWith("PRI")
                                    ? "HTTP/1.1 505 HTTP Version Not Supported\r\nContent-Length: 0\r\n\r\n"
                                    : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                });
                ProxyFixture proxy = probing(http1.port(), probe, "ENABLE_HTTP2_AUTO_DETECTION", "true")) {
            assertThat(proxy.get("/", CHECK).status()).isEqualTo(200);
            assertThat(seen).containsExactly("PRI * HTTP/2.0", "GET /ready HTTP/1.1");
        }
    }
}
