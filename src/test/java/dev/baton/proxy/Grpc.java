package dev.baton.proxy;

import dev.baton.Await;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A service of gRPC's own implementation, and clients of it. Messages are plain texts. */
final class Grpc implements AutoCloseable {
    static final MethodDescriptor<String, String> UNARY = method("Unary", MethodDescriptor.MethodType.UNARY);
    static final MethodDescriptor<String, String> NEVER = method("Never", MethodDescriptor.MethodType.UNARY);
    static final MethodDescriptor<String, String> BIDI = method("Bidi", MethodDescriptor.MethodType.BIDI_STREAMING);
    static final Metadata.Key<String> NOTE = Metadata.Key.of("note", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<byte[]> RAW = Metadata.Key.of("raw-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private final Server server;
    final AtomicInteger running = new AtomicInteger();
    final AtomicInteger most = new AtomicInteger();
    final Semaphore called = new Semaphore(0);
    final Semaphore cancelled = new Semaphore(0);

    Grpc() {
        ServerServiceDefinition service = ServerServiceDefinition.builder("test.Echo")
                .addMethod(UNARY, ServerCalls.asyncUnaryCall(this::unary))
                .addMethod(NEVER, ServerCalls.asyncUnaryCall(this::never))
                .addMethod(BIDI, ServerCalls.asyncBidiStreamingCall(Grpc::bidi))
                .build();
        try {
            server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .addService(ServerInterceptors.intercept(service, new Notes()))
                    .maxInboundMessageSize(64 << 20)
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static MethodDescriptor<String, String> method(String name, MethodDescriptor.MethodType type) {
        return MethodDescriptor.<String, String>newBuilder()
                .setType(type)
                .setFullMethodName("test.Echo/" + name)
                .setRequestMarshaller(new Texts())
                .setResponseMarshaller(new Texts())
                .build();
    }

    int port() {
        return server.getPort();
    }

    static ManagedChannel client(int port) {
        return NettyChannelBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .usePlaintext()
                .maxInboundMessageSize(64 << 20)
                .build();
    }

    static CallOptions within(int millis) {
        return CallOptions.DEFAULT.withDeadlineAfter(millis, TimeUnit.MILLISECONDS);
    }

    private void unary(String request, StreamObserver<String> response) {
        int now = running.incrementAndGet();
        most.accumulateAndGet(now, Math::max);
        if (request.startsWith("meet")) {
            Await.until("another call runs beside it", () -> most.get() > 1);
        }
        Await.pause(2);
        running.decrementAndGet();
        if (request.startsWith("fail")) {
            response.onError(Status.FAILED_PRECONDITION.withDescription(request).asRuntimeException());
        } else {
            response.onNext("echo " + request);
            response.onCompleted();
        }
    }

    private void never(String request, StreamObserver<String> response) {
        ((io.grpc.stub.ServerCallStreamObserver<String>) response).setOnCancelHandler(cancelled::release);
        called.release();
    }

    private static StreamObserver<String> bidi(StreamObserver<String> response) {
        return new StreamObserver<>() {
            @Override
            public void onNext(String message) {
                response.onNext("echo " + message);
            }

            @Override
            public void onError(Throwable broken) {}

            @Override
            public void onCompleted() {
                response.onCompleted();
            }
        };
    }

    /** Gives back in the trailers what the request's metadata said. */
    private static final class Notes implements ServerInterceptor {
        @Override
        public <A, B> ServerCall.Listener<A> interceptCall(
                ServerCall<A, B> call, Metadata fields, ServerCallHandler<A, B> next) {
            return next.startCall(
                    new io.grpc.ForwardingServerCall.SimpleForwardingServerCall<A, B>(call) {
                        @Override
                        public void close(Status status, Metadata trailers) {
                            String note = fields.get(NOTE);
                            if (note != null) {
                                trailers.put(NOTE, note);
                                trailers.put(RAW, new byte[] {0, -1});
                            }
                            super.close(status, trailers);
                        }
                    },
                    fields);
        }
    }

    private static final class Texts implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
