package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.baton.http.FramingGuard;
import dev.baton.http.GuardLimits;
import dev.baton.http.Refusal;
import dev.baton.http.ServerCodec;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Any target and any {@code X-Forwarded-*} that pass the guard: the target becomes one that can be sent on, the Host is the target's if
 * it names one, and {@code Forwarded} has each node once, in order, and nothing that was not in the fields.
 */
class ForwardedFuzzTest {
    private static final String[] NAMES = {"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded"};

    /** @param input the target, then values of the four fields, each on a line of its own; an empty line is no field */
    @FuzzTest
    void forwarded(byte[] input) {
        String[] lines = new String(input, StandardCharsets.ISO_8859_1).split("\n", -1);
        StringBuilder head = new StringBuilder("GET " + lines[0] + " HTTP/1.1\r\nHost: own\r\n");
        for (int i = 1; i < Math.min(lines.length, NAMES.length + 1); i++) {
            if (!lines[i].isEmpty()) {
                head.append(NAMES[i - 1]).append(": ").append(lines[i]).append("\r\n");
            }
        }
        FramingGuard guard = new FramingGuard(GuardLimits.DEFAULT);
        EmbeddedChannel channel = new EmbeddedChannel(guard, new ServerCodec(guard), new RequestShim());
        try {
            channel.writeInbound(Unpooled.copiedBuffer(head + "\r\n", StandardCharsets.ISO_8859_1));
            Object first = channel.readInbound();
            if (!(first instanceof Refusal)) {
                boolean given = lines.length > NAMES.length && !lines[NAMES.length].isBlank();
                check((HttpRequest) first, given ? lines[NAMES.length].strip() : null);
            }
            ReferenceCountUtil.release(first);
        } finally {
            channel.finishAndReleaseAll();
        }
    }

    private static void check(HttpRequest request, String given) {
        assertThat(request.uri()).startsWith("/");
        assertThat(request.uri().chars()).allMatch(c -> c > 0x20 && c < 0x7f);
        assertThat(request.headers().getAll("Host")).hasSize(1);
        List<String> nodes = request.headers().getAll("X-Forwarded-For");
        List<String> all = request.headers().getAll("Forwarded");
        assertThat(all).hasSizeLessThanOrEqualTo(1);
        if (all.isEmpty()) {
            assertThat(nodes.stream().anyMatch(node -> !node.isBlank()))
                    .as("nodes without a Forwarded")
                    .isFalse();
            return;
        }
        String forwarded = all.getFirst();
        assertThat(forwarded.chars()).allMatch(c -> (c >= 0x20 && c != 0x7f) || c == '\t');
        if (given != null) {
            assertThat(forwarded).isEqualTo(given);
        } else if (!nodes.isEmpty()) {
            int at = 0;
            for (String node : nodes.getFirst().split(",", -1)) {
                at = forwarded.indexOf(node.strip(), at);
                assertThat(at).as("%s in %s", node, forwarded).isNotNegative();
                at += node.strip().length();
            }
        }
    }
}
