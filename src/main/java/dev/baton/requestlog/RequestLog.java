package dev.baton.requestlog;

import dev.baton.config.Identity;
import dev.baton.config.Observability;
import io.netty.channel.ChannelHandler;
import java.util.function.Consumer;

/** The request log of one sidecar: hands each connection the handler that writes it. Any thread. */
public final class RequestLog {
    private final GoTemplate template;
    private final boolean headers;
    private final boolean probes;
    private final RevisionView revision;
    private final Consumer<byte[]> out;

    private RequestLog(
            GoTemplate template, boolean headers, boolean probes, RevisionView revision, Consumer<byte[]> out) {
        this.template = template;
        this.headers = headers;
        this.probes = probes;
        this.revision = revision;
        this.out = out;
    }

    /**
     * Compiles the template. A line's end is added to one that has none.
     *
     * @param out takes one line at a time, with its end, on any event loop; must not block
     * @throws TemplateException if the template is none, or uses what is not supported: then no log is written
     */
    public static RequestLog of(Observability.RequestLog settings, Identity identity, Consumer<byte[]> out)
            throws TemplateException {
        String template = settings.template();
        return new RequestLog(
                GoTemplate.compile(template.endsWith("\n") ? template : template + "\n"),
                template.contains("Header"),
                settings.probes(),
                RevisionView.of(identity),
                out);
    }

    /** A handler for one connection or stream, behind whatever makes ordinary requests of others and ahead of all that answers. */
    public ChannelHandler handler() {
        return new RequestLogHandler(this);
    }

    boolean headers() {
        return headers;
    }

    boolean probes() {
        return probes;
    }

    void write(RequestView request, ResponseView response, String traceId) {
        out.accept(template.line(new Entry(request, response, revision, traceId)));
    }
}
