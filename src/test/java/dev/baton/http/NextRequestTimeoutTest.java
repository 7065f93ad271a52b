package dev.baton.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NextRequestTimeoutTest {
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    private EmbeddedChannel channel;

    @BeforeEach
    void accept() {
        channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.pipeline().addLast(new HttpServerCodec(), new NextRequestTimeout(Duration.ofSeconds(60)));
    }

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
    }

    private void pass(long seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }

    private void receive(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, ISO_8859_1));
        channel.releaseInbound();
    }

    private void answer(HttpResponseStatus status) {
        channel.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status));
        channel.releaseOutbound();
    }

    @Test
    @DisplayName("a connection that says nothing is closed")
    void silent() {
        pass(59);
        assertThat(channel.isOpen()).isTrue();
        pass(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    @DisplayName("so is one that sends its head drop by drop")
    void slowHead() {
        for (int i = 0; i < 15 && channel.isOpen(); i++) {
            receive(REQUEST.substring(i, i + 1));
            pass(5);
        }
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    @DisplayName("an exchange may take its time, also with an interim response")
    void longExchange() {
        receive(REQUEST);
        pass(1000);
        answer(HttpResponseStatus.CONTINUE);
        pass(1000);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    @DisplayName("the time for the next request begins with the end of the last open exchange")
    void nextRequest() {
        receive(REQUEST);
        pass(50);
        receive(REQUEST);
        answer(HttpResponseStatus.OK);
        pass(100);
        assertThat(channel.isOpen()).isTrue();
        answer(HttpResponseStatus.OK);
        pass(59);
        assertThat(channel.isOpen()).isTrue();
        pass(1);
        pass(60);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    @DisplayName("a closed connection leaves no timer behind")
    void closed() {
        channel.close();
        assertThat(channel.runScheduledPendingTasks()).isEqualTo(-1);
    }
}
