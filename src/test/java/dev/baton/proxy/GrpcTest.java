package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.Await;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** gRPC through the main port, with gRPC's own client and server at the ends. */
final class GrpcTest {
    private static final int LIMIT_MILLIS = (int) Await.LIMIT.toMillis();

    /** A service, the proxy before it, and a client before that. */
    private static final class Path implements AutoCloseable {
        final Grpc service = new Grpc();
        final ProxyFixture proxy;
        final ManagedChannel client;

        Path(String... settings) {
            proxy = new ProxyFixture(service.port(), settings);
            client = Grpc.client(proxy.port());
        }

        String ask(String message) {
            return ask(message, LIMIT_MILLIS);
        }

        String ask(String message, int millis) {
            return ClientCalls.blockingUnaryCall(client, Grpc.UNARY, Grpc.within(millis), message);
        }

        @Override
        public void close() {
            client.shutdownNow();
            try (service;
                    proxy) {
                assertThat(client.awaitTermination(LIMIT_MILLIS, TimeUnit.MILLISECONDS))
                        .isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void aCallAndItsMetadataAndItsStatus() {
        try (Path path = new Path("CONTAINER_CONCURRENCY", "1")) {
            assertThat(path.ask("a")).isEqualTo("echo a");
            assertThatThrownBy(() -> path.ask("fail: ä"))
                    .as("trailers only")
                    .isInstanceOfSatisfying(StatusRuntimeException.class, refused -> {
                        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
                        assertThat(refused.getStatus().getDescription()).isEqualTo("fail: ä");
                    });
            Metadata note = new Metadata();
            note.put(Grpc.NOTE, "kept");
            AtomicReference<Metadata> head = new AtomicReference<>();
            AtomicReference<Metadata> trailers = new AtomicReference<>();
            var noted = io.grpc.ClientInterceptors.intercept(
                    path.client,
                    MetadataUtils.newAttachHeadersInterceptor(note),
                    MetadataUtils.newCaptureMetadataInterceptor(head, trailers));
            ClientCalls.blockingUnaryCall(noted, Grpc.UNARY, Grpc.within(LIMIT_MILLIS), "b");
            assertThat(trailers.get().get(Grpc.NOTE)).isEqualTo("kept");
            assertThat(path.proxy.log).isEmpty();
        }
    }

    @Test
    void aLargeMessageBothWays() {
        String large = "x".repeat(20 << 20);
        try (Path path = new Path()) {
            // Forty megabytes through three stacks in one process: a busy machine takes its time.
            assertThat(path.ask(large, 2 * LIMIT_MILLIS).length()).isEqualTo(large.length() + 5);
        }
    }

    @Test
    void messagesPassOneByOne() throws InterruptedException {
        try (Path path = new Path()) {
            BlockingQueue<String> answers = new LinkedBlockingQueue<>();
            StreamObserver<String> up = ClientCalls.asyncBidiStreamingCall(
                    path.client.newCall(Grpc.BIDI, CallOptions.DEFAULT), new StreamObserver<>() {
                        @Override
                        public void onNext(String message) {
                            answers.add(message);
                        }

                        @Override
                        public void onError(Throwable broken) {
                            answers.add("broken: " + broken);
                        }

                        @Override
                        public void onCompleted() {
                            answers.add("end");
                        }
                    });
            for (int i = 0; i < 20; i++) {
                up.onNext("m" + i);
                assertThat(answers.poll(LIMIT_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("echo m" + i);
            }
            assertThat(path.proxy.finished).hasValue(0);
            up.onCompleted();
            assertThat(answers.poll(LIMIT_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("end");
        }
    }

    @Test
    void aDeadlineOrACancelledCallReachesTheProgram() throws Exception {
        try (Path path = new Path("CONTAINER_CONCURRENCY", "1")) {
            // Whatever a first call loads takes no part of the deadline, which must not end before the call is there.
            assertThat(path.ask("first")).isEqualTo("echo first");
            assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(path.client, Grpc.NEVER, Grpc.within(3_000), "x"))
                    .hasMessageContaining("DEADLINE_EXCEEDED");
            assertThat(path.service.called.tryAcquire(LIMIT_MILLIS, TimeUnit.MILLISECONDS))
                    .isTrue();
            assertThat(path.service.cancelled.tryAcquire(LIMIT_MILLIS, TimeUnit.MILLISECONDS))
                    .isTrue();
            Future<String> call =
                    ClientCalls.futureUnaryCall(path.client.newCall(Grpc.NEVER, CallOptions.DEFAULT), "x");
            assertThat(path.service.called.tryAcquire(LIMIT_MILLIS, TimeUnit.MILLISECONDS))
                    .isTrue();
            call.cancel(true);
            assertThat(path.service.cancelled.tryAcquire(LIMIT_MILLIS, TimeUnit.MILLISECONDS))
                    .isTrue();
            assertThat(path.ask("still served")).isEqualTo("echo still served");
        }
    }

    @Test
    void aHundredStreamsPassABreaker() throws Exception {
        try (Path path = new Path("CONTAINER_CONCURRENCY", "10")) {
            List<Future<String>> calls = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                calls.add(
                        ClientCalls.futureUnaryCall(path.client.newCall(Grpc.UNARY, CallOptions.DEFAULT), "meet " + i));
            }
            for (int i = 0; i < 100; i++) {
                assertThat(calls.get(i).get(100, TimeUnit.SECONDS)).isEqualTo("echo meet " + i);
            }
            assertThat(path.service.most.get()).isBetween(2, 10);
            assertThat(path.proxy.arrived).hasValue(100);
            assertThat(path.proxy.pipeline.connections().count()).isEqualTo(1);
        }
    }

    @Test
    void aCallThatTakesTooLongIsAnsweredByTheSidecar() throws InterruptedException {
        try (Path path = new Path("REVISION_TIMEOUT_SECONDS", "5")) {
            assertThatThrownBy(() ->
                            ClientCalls.blockingUnaryCall(path.client, Grpc.NEVER, Grpc.within(LIMIT_MILLIS), "x"))
                    .hasMessageContaining("504");
            assertThat(path.service.cancelled.tryAcquire(LIMIT_MILLIS, TimeUnit.MILLISECONDS))
                    .isTrue();
            assertThat(path.proxy.log).containsExactly("Request timeout: 5s");
        }
    }

    @Test
    void aDrainLetsOpenStreamsEnd() throws InterruptedException {
        try (Path path = new Path()) {
            CountDownLatch ended = new CountDownLatch(1);
            BlockingQueue<String> answers = new LinkedBlockingQueue<>();
            StreamObserver<String> up = ClientCalls.asyncBidiStreamingCall(
                    path.client.newCall(Grpc.BIDI, CallOptions.DEFAULT), new StreamObserver<>() {
                        @Override
                        public void onNext(String message) {
                            answers.add(message);
                        }

                        @Override
                        public void onError(Throwable broken) {
                            answers.add("broken: " + broken);
                        }

                        @Override
                        public void onCompleted() {
                            ended.countDown();
                        }
                    });
            up.onNext("1");
            assertThat(answers.poll(LIMIT_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("echo 1");
            var finished = path.proxy.pipeline.connections().finish();
            up.onNext("2");
            assertThat(answers.poll(LIMIT_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("echo 2");
            assertThat(finished).isNotDone();
            up.onCompleted();
            assertThat(ended.await(LIMIT_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
            finished.join();
        }
    }
}
