package dev.baton.probe;

import dev.baton.config.ProbeSpec;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Locale;

/**
 * A GET for a program of which nobody has said what it speaks: HTTP/2 with prior knowledge first, and HTTP/1 if that does not
 * find it ready. Nothing is remembered of the outcome. Event loop only.
 */
final class Http2Detection implements Attempt {
    private final ProbeSpec.HttpGet get;
    private final HttpAttempt http1;
    private final HostLookup lookup;

    Http2Detection(ProbeSpec.HttpGet get, HttpAttempt http1) {
        this.get = get;
        this.http1 = http1;
        lookup = new HostLookup(get.host());
    }

    @Override
    public void start(EventLoop loop, int timeoutMillis, Outcome outcome) {
        long begunAt = System.nanoTime();
        lookup.find(loop, get.port(), (target, failure) -> {
            if (target == null) {
                outcome.done("dial tcp: " + failure);
                return;
            }
            Http2Ask ask = new Http2Ask(head(), new byte[0], (answer, why) -> {
                if (answer != null && answer.status() >= 200 && answer.status() < 400) {
                    outcome.done(null);
                } else {
                    int spent = (int) ((System.nanoTime() - begunAt) / 1_000_000);
                    http1.start(loop, Math.max(1, timeoutMillis - spent), outcome);
                }
            });
            // A program that waits for more of what it takes for a request must leave time for the other try.
            ask.start(loop, target, Math.max(1, timeoutMillis / 2));
        });
    }

    private Http2Headers head() {
        String host = get.host().indexOf(':') >= 0 ? '[' + get.host() + ']' : get.host();
        Http2Headers head = new DefaultHttp2Headers(false)
                .method("GET")
                .scheme("http")
                .authority(host + ':' + get.port())
                .path(HttpAttempt.sendable(get.path()))
                .set("user-agent", HttpAttempt.USER_AGENT);
        for (ProbeSpec.Header header : get.headers()) {
            String name = header.name().toLowerCase(Locale.ROOT);
            if (!name.equals("host") && !name.equals("user-agent") && !name.equals("connection")) {
                head.add(name, header.value());
            }
        }
        if (!head.contains("accept-encoding") && !head.contains("range")) {
            head.set("accept-encoding", "gzip");
        }
        return head;
    }
}
