package dev.baton.pull;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.kernel.Linux;
import dev.baton.store.Admission;
import dev.baton.store.MemoryPool;
import dev.baton.store.ObjectStore;
import dev.baton.store.PutSpec;
import dev.baton.store.StoreSettings;
import dev.baton.store.Upload;
import dev.baton.wire.RelayFallback;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One connection of the pull port, step by step: who has been sent the last byte may say so before its writer has. */
final class PullExchangeTest {
    private static final long EPOCH = 7;

    private final AtomicInteger pulls = new AtomicInteger();
    private final ObjectStore store = new ObjectStore(
            StoreSettings.ofBudget(4 << 20),
            new MemoryPool(Linux::running),
            InstantSource.system(),
            new SecureRandom());
    private final EmbeddedChannel channel = new EmbeddedChannel(new PullExchange(
            new Claims(new Windows(1), store),
            EPOCH,
            new PullLimits(1 << 20, Duration.ofMinutes(1)),
            new Uncounted(),
            pulls));

    private static final class Uncounted implements PullStats {
        @Override
        public void pulledIn(long bytes) {}

        @Override
        public void pulledOut(long bytes) {}

        @Override
        public void spliced(long bytes) {}

        @Override
        public void fallback(RelayFallback reason) {}
    }

    @AfterEach
    void nothingIsLeft() {
        channel.finishAndReleaseAll();
        assertThat(pulls).hasValue(0);
        assertThat(store.figures().retrievals()).isZero();
        store.close();
    }

    private Upload begun(int size) {
        if (store.admit(new PutSpec(size, 1, null, "text/plain", null)) instanceof Admission.Admitted(Upload upload)) {
            return upload;
        }
        throw new AssertionError("not admitted");
    }

    private void ask(HttpMethod method, String path, Upload object) {
        DefaultFullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, method, path);
        request.headers()
                .set(PullProtocol.CAPABILITY, PullProtocol.hex(object.capability()))
                .set(PullProtocol.EPOCH, PullProtocol.hex(EPOCH));
        channel.writeInbound(request);
        channel.runPendingTasks();
    }

    private void pull(Upload object) {
        ask(HttpMethod.GET, PullProtocol.path(object.id()), object);
    }

    private void acknowledge(Upload object) {
        ask(HttpMethod.POST, PullProtocol.ackPath(object.id()), object);
    }

    /** What has been sent since the last call: statuses and lengths of pieces, in order. */
    private List<Integer> sent() {
        channel.runPendingTasks();
        List<Integer> sent = new ArrayList<>();
        for (Object message = channel.readOutbound(); message != null; message = channel.readOutbound()) {
            if (message instanceof HttpResponse head) {
                sent.add(head.status().code());
            } else if (message instanceof HttpContent content
                    && content.content().isReadable()) {
                sent.add(content.content().readableBytes());
            }
            ReferenceCountUtil.release(message);
        }
        return sent;
    }

    @Test
    void anAcknowledgementOfTheLastByteCountsAlsoAheadOfTheWritersWord() {
        Upload object = begun(10);
        object.write(ByteBuffer.allocate(10));
        Upload second = begun(3);
        second.write(ByteBuffer.allocate(3));
        second.complete();
        pull(object);
        assertThat(sent()).containsExactly(200, 10);
        acknowledge(object);
        pull(second);
        assertThat(sent()).as("nothing out of turn").isEmpty();
        assertThat(channel.isOpen()).isTrue();
        object.complete();
        assertThat(sent()).containsExactly(204, 200, 3);
        acknowledge(second);
        assertThat(sent()).containsExactly(204);
        assertThat(store.figures().objects()).isZero();
    }

    @Test
    void oneAheadOfTheLastByteIsConfused() {
        Upload object = begun(10);
        object.write(ByteBuffer.allocate(9));
        pull(object);
        assertThat(sent()).containsExactly(200, 9);
        acknowledge(object);
        assertThat(channel.isOpen()).isFalse();
        object.write(ByteBuffer.allocate(1));
        object.complete();
        assertThat(store.figures().objects()).as("it can be tried again").isOne();
    }

    @Test
    void ofAnObjectWhoseWriterGivesUpItCountsForNothing() {
        Upload object = begun(10);
        object.write(ByteBuffer.allocate(10));
        pull(object);
        acknowledge(object);
        object.abort();
        assertThat(sent()).containsExactly(200, 10);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void behindItOneRequestWaitsAndNoMore() {
        Upload object = begun(10);
        object.write(ByteBuffer.allocate(10));
        pull(object);
        acknowledge(object);
        pull(object);
        pull(object);
        assertThat(channel.isOpen()).isFalse();
        object.complete();
        assertThat(store.figures().objects()).isOne();
    }
}
