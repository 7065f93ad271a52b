package dev.baton.requestlog;

import dev.baton.http.Octets;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A template in the language of Go's text/template, compiled once and applied to every request. Supported: fields, the methods
 * that {@link RequestView}, {@link HeaderView} and {@link GoUrl} have, pipelines, parentheses, literals, {@code if}, {@code with},
 * {@code else}, comments, trim markers, and the functions of {@link Builtin}. Any thread.
 */
final class GoTemplate {
    private final List<Step> steps;

    private GoTemplate(List<Step> steps) {
        this.steps = steps;
    }

    /** @throws TemplateException if Go would refuse it, or for what is not supported */
    static GoTemplate compile(String template) throws TemplateException {
        return new GoTemplate(Parser.parse(Octets.of(template)));
    }

    /** The line for a request, its end included. What goes wrong is said in the line, as the queue-proxy does. */
    byte[] line(Entry entry) {
        StringBuilder out = new StringBuilder(512);
        try {
            new Evaluation(entry, out).run(steps, entry);
        } catch (ExecException e) {
            ResponseView response = entry.response();
            out.setLength(0);
            out.append("Invalid request log template: method: ")
                    .append(entry.request().method())
                    .append(", response code: ")
                    .append(response.code())
                    .append(", latency: ")
                    .append(GoFloat.shortest(response.latency()))
                    .append(", url: ")
                    .append(entry.request().url().print())
                    .append('\n');
        }
        return out.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
