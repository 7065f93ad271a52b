package dev.baton.otel;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;

/**
 * What queue-proxies before 1.19 sample: all that the caller has sampled, and of the rest a share by trace id, also where the
 * caller has decided against it (go.opencensus.io {@code trace.ProbabilitySampler}). Any thread.
 */
record OpenCensusSampler(Sampler ratio) implements Sampler {
    @Override
    public SamplingResult shouldSample(
            Context parent, String trace, String name, SpanKind kind, Attributes attributes, List<LinkData> links) {
        return Span.fromContext(parent).getSpanContext().isSampled()
                ? SamplingResult.recordAndSample()
                : ratio.shouldSample(parent, trace, name, kind, attributes, links);
    }

    @Override
    public String getDescription() {
        return "OpenCensus{" + ratio.getDescription() + "}";
    }
}
