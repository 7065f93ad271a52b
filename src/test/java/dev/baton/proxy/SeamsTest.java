package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import dev.baton.http.ExchangeAborted;
import dev.baton.http.ReadGate;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What handlers that other parts plug into the main port may rely on. */
final class SeamsTest {
    private static final int PIECE = 64 * 1024;
    private static final int PIECES = 800;

    /** Makes a health check look like one no more, as a control message is undressed. */
    private static final class Undressing extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof HttpRequest request && request.headers().contains("X-Undress")) {
                request.headers()
                        .set(HttpHeaderNames.USER_AGENT, request.headers().get("X-Undress"));
            }
            ctx.fireChannelRead(message);
        }
    }

    @Test
    void aDressIsTakenOffAheadOfTheHealthChecks() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo(), Undressing::new, () -> null)) {
            Wire.Message response = proxy.get("/x", "User-Agent: Knative-Activator-Probe/x", "X-Undress: curl/8");
            assertThat(response.text()).startsWith("GET /x ").containsIgnoringCase("\nuser-agent: curl/8\n");
            assertThat(proxy.get("/x", "User-Agent: Knative-Activator-Probe/x").status())
                    .isEqualTo(400);
        }
    }

    /** Gives a request without body a long one, at the pace that is wanted. */
    private static final class Producing extends ChannelDuplexHandler {
        private final AtomicLong produced;
        private final AtomicInteger aborted;
        private int left;

        Producing(AtomicLong produced, AtomicInteger aborted) {
            this.produced = produced;
            this.aborted = aborted;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof HttpRequest request) {
                request.headers().set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(PIECE * PIECES));
                ctx.fireChannelRead(request);
                left = PIECES;
            } else {
                ReferenceCountUtil.release(message);
                produce(ctx);
                ctx.fireChannelReadComplete();
            }
        }

        private void produce(ChannelHandlerContext ctx) {
            while (left > 0 && !ReadGate.of(ctx.channel()).held(ReadGate.Reason.UPSTREAM)) {
                left--;
                produced.addAndGet(PIECE);
                HttpContent piece = new DefaultHttpContent(Unpooled.wrappedBuffer(new byte[PIECE]));
                ctx.fireChannelRead(piece);
                if (left == 0) {
                    ctx.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
                }
            }
        }

        @Override
        public void read(ChannelHandlerContext ctx) {
            produce(ctx);
            ctx.fireChannelReadComplete();
            ctx.read();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == ExchangeAborted.INSTANCE) {
                left = 0;
                aborted.incrementAndGet();
            }
            ctx.fireUserEventTriggered(event);
        }
    }

    private static void stalls(AtomicLong produced) {
        Await.until("it has begun", () -> produced.get() > 0);
        long before = -1;
        while (before != produced.get()) {
            before = produced.get();
            Await.pause(250);
        }
        assertThat(before).isLessThan((long) PIECE * PIECES / 2);
    }

    @Test
    void aHandlerThatMakesTheBodyItselfKeepsTheProgramsPaceEvenWithRequestsBehind() {
        AtomicLong produced = new AtomicLong();
        AtomicInteger aborted = new AtomicInteger();
        CountDownLatch read = new CountDownLatch(1);
        try (ProxyFixture proxy = new ProxyFixture(
                        new Program(wire -> {
                            for (int i = 0; i < 2; i++) {
                                wire.head();
                                read.await();
                                assertThat(wire.exactly(PIECE * PIECES)).hasSize(PIECE * PIECES);
                                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                            }
                        }),
                        () -> null,
                        () -> new Producing(produced, aborted));
                Wire client = proxy.connect()) {
            client.request("POST", "/1", "Content-Length: 0").request("POST", "/2", "Content-Length: 0");
            client.send("GET /never HTTP/1.1\r\nHost: h\r\nX: " + "a".repeat(20_000));
            stalls(produced);
            read.countDown();
            assertThat(client.response().status()).isEqualTo(200);
            assertThat(client.response().status()).isEqualTo(200);
            assertThat(produced).hasValue(2L * PIECE * PIECES);
            assertThat(aborted).hasValue(0);
        }
    }

    @Test
    void aHandlerBelowIsToldOnceWhenOneAboveGivesUp() {
        AtomicLong produced = new AtomicLong();
        AtomicInteger aborted = new AtomicInteger();
        try (ProxyFixture proxy = new ProxyFixture(
                new Program(wire -> {
                    wire.head();
                    Await.pause(3_000);
                    wire.rest();
                }),
                () -> null,
                () -> new Producing(produced, aborted),
                "REVISION_TIMEOUT_SECONDS",
                "1",
                "CONTAINER_CONCURRENCY",
                "1")) {
            try (Wire client = proxy.connect()) {
                assertThat(client.request("POST", "/", "Content-Length: 0")
                                .response()
                                .status())
                        .isEqualTo(504);
                Await.until("the handler is told", () -> aborted.get() > 0);
            }
            assertThat(aborted).hasValue(1);
        }
    }
}
