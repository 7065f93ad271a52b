package dev.baton.otel;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what becomes of ended spans around the SDK's batching, whose queue is bounded: what a slow or dead collector costs is
 * spans, never memory or time of a request. Any thread.
 */
final class BoundedSpans implements SpanProcessor {
    private final AtomicLong ended = new AtomicLong();
    private final AtomicLong exported = new AtomicLong();
    private final SpanProcessor batches;

    /** Makes a processor of batches for the exporter that it is given. */
    interface Batching {
        BatchSpanProcessor of(SpanExporter counting);
    }

    BoundedSpans(SpanExporter exporter, Batching batching) {
        batches = batching.of(new Counting(exporter));
    }

    /** Spans that had ended and were not taken by the collector. Final once the processor is shut down. */
    long lost() {
        return ended.get() - exported.get();
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
        batches.onStart(parent, span);
    }

    @Override
    public boolean isStartRequired() {
        return batches.isStartRequired();
    }

    @Override
    public void onEnd(ReadableSpan span) {
        if (span.getSpanContext().isSampled()) {
            ended.incrementAndGet();
        }
        batches.onEnd(span);
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }

    @Override
    public CompletableResultCode shutdown() {
        return batches.shutdown();
    }

    @Override
    public CompletableResultCode forceFlush() {
        return batches.forceFlush();
    }

    private final class Counting implements SpanExporter {
        private final SpanExporter exporter;

        Counting(SpanExporter exporter) {
            this.exporter = exporter;
        }

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            int count = spans.size();
            CompletableResultCode result = exporter.export(spans);
            result.whenComplete(() -> {
                if (result.isSuccess()) {
                    exported.addAndGet(count);
                }
            });
            return result;
        }

        @Override
        public CompletableResultCode flush() {
            return exporter.flush();
        }

        @Override
        public CompletableResultCode shutdown() {
            return exporter.shutdown();
        }
    }
}
