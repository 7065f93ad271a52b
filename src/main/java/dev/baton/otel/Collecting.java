package dev.baton.otel;

import dev.baton.config.Identity;
import dev.baton.config.Observability;
import dev.baton.config.Observability.Protocol;
import dev.baton.config.Observability.RequestMetrics;
import dev.baton.metrics.Gathering;
import dev.baton.metrics.Label;
import dev.baton.metrics.Tracing;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.extension.trace.propagation.B3Propagator;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReaderBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessorBuilder;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What goes to collectors from here on, until it is closed. Starts and stops threads; nothing of it touches an event loop. Any
 * thread; starting and closing block.
 */
public final class Collecting implements AutoCloseable {
    /** Longer than the SDK tries, unless it is told to by its variables. */
    private static final Duration LAST_EXPORT = Duration.ofMinutes(1);

    private static final String SCHEMA = "https://opentelemetry.io/schemas/1.41.0";
    private static final String HTTP_SCOPE = "dev.baton";
    private static final String QUEUE_SCOPE = "knative.dev/serving/pkg/queue";

    private final @Nullable SdkMeterProvider meters;
    private final @Nullable SdkTracerProvider tracers;
    private final @Nullable BoundedSpans spans;
    private final boolean alsoB3;

    private Collecting(
            @Nullable SdkMeterProvider meters,
            @Nullable SdkTracerProvider tracers,
            @Nullable BoundedSpans spans,
            boolean alsoB3) {
        this.meters = meters;
        this.tracers = tracers;
        this.spans = spans;
        this.alsoB3 = alsoB3;
    }

    /**
     * Sends metrics every so often.
     *
     * @throws RuntimeException of the SDK's choice if a setting is no good
     */
    public static Collecting metrics(Observability asked, List<Label> resource, Gathering gathering) {
        RequestMetrics settings = asked.requestMetrics();
        ConfigProperties properties = Exporters.properties(asked.otel());
        MetricExporter exporter = Exporters.metrics(settings.protocol(), settings.endpoint(), asked.otel());
        PeriodicMetricReaderBuilder reader = PeriodicMetricReader.builder(exporter);
        Duration interval = properties.getDuration("otel.metric.export.interval");
        if (interval == null && !settings.interval().isZero()) {
            interval = settings.interval();
        }
        if (interval != null) {
            reader.setInterval(interval);
        }
        SdkMeterProvider provider = SdkMeterProvider.builder()
                .setResource(resource(resource))
                .registerMetricProducer(new MetricBridge(gathering, InstantSource.system(), exporter))
                .registerMetricReader(reader.build())
                // What the SDK counts of itself is nobody's question.
                .registerView(
                        InstrumentSelector.builder()
                                .setMeterName("io.opentelemetry.sdk.metrics")
                                .build(),
                        View.builder().setAggregation(Aggregation.drop()).build())
                .build();
        return new Collecting(provider, null, null, false);
    }

    /**
     * Sends spans.
     *
     * @param pod who Zipkin's collector is told it is
     * @param out where the protocol {@code stdout} writes
     * @param complaints takes what is wrong with OTEL_TRACES_SAMPLER, in words
     * @throws RuntimeException of the SDK's choice if a setting is no good
     */
    public static Collecting traces(
            Observability asked, Identity pod, List<Label> resource, OutputStream out, Consumer<String> complaints) {
        ConfigProperties properties = Exporters.properties(asked.otel());
        Observability.Tracing settings = asked.tracing();
        SpanExporter exporter =
                switch (settings.protocol()) {
                    case STDOUT -> new StdoutSpans(out);
                    case ZIPKIN -> new ZipkinSpans(settings.endpoint(), pod);
                    default -> Exporters.spans(settings.protocol(), settings.endpoint(), asked.otel());
                };
        BoundedSpans bounded = new BoundedSpans(exporter, counting -> batches(counting, properties));
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(resource(resource))
                .setSampler(Samplers.of(settings, asked.otel(), complaints))
                .setIdGenerator(new Unflagged())
                .addSpanProcessor(bounded)
                .build();
        return new Collecting(null, provider, bounded, settings.protocol() == Protocol.ZIPKIN);
    }

    /**
     * Random ids that do not say so: the flag for it came after version 00 of W3C's header, and Go's SDK has long taken a header of
     * that version with any flag but "sampled" for none at all.
     */
    private static final class Unflagged implements IdGenerator {
        private final IdGenerator random = IdGenerator.random();

        @Override
        public String generateSpanId() {
            return random.generateSpanId();
        }

        @Override
        public String generateTraceId() {
            return random.generateTraceId();
        }

        @Override
        public boolean generatesRandomTraceIds() {
            return false;
        }
    }

    private static BatchSpanProcessor batches(SpanExporter exporter, ConfigProperties properties) {
        BatchSpanProcessorBuilder builder = BatchSpanProcessor.builder(exporter);
        Duration delay = properties.getDuration("otel.bsp.schedule.delay");
        if (delay != null) {
            builder.setScheduleDelay(delay);
        }
        Duration timeout = properties.getDuration("otel.bsp.export.timeout");
        if (timeout != null) {
            builder.setExporterTimeout(timeout);
        }
        Integer queue = properties.getInt("otel.bsp.max.queue.size");
        if (queue != null) {
            builder.setMaxQueueSize(queue);
        }
        Integer batch = properties.getInt("otel.bsp.max.export.batch.size");
        if (batch != null) {
            builder.setMaxExportBatchSize(batch);
        }
        return builder.build();
    }

    private static Resource resource(List<Label> labels) {
        AttributesBuilder attributes = Attributes.builder();
        for (Label label : labels) {
            if (!label.name().startsWith("telemetry.sdk.")) {
                attributes.put(label.name(), label.value().toString());
            }
        }
        return Resource.getDefault().merge(Resource.create(attributes.build(), SCHEMA));
    }

    /**
     * Makes the spans of the request path; null if this does not send spans.
     *
     * @param userAddress where the user's program listens
     */
    public @Nullable Tracing tracing(String userAddress, int userPort) {
        SdkTracerProvider provider = tracers;
        return provider == null
                ? null
                : new SdkTracing(
                        provider.get(HTTP_SCOPE), provider.get(QUEUE_SCOPE), propagator(), userPort, userAddress);
    }

    /** Where spans go to Zipkin, callers may speak its B3 alone: it is read where W3C's field is missing, and both are written. */
    private TextMapPropagator propagator() {
        TextMapPropagator w3c = W3CTraceContextPropagator.getInstance();
        return alsoB3 ? TextMapPropagator.composite(B3Propagator.injectingMultiHeaders(), w3c) : w3c;
    }

    /** Spans that have ended and were not taken by the collector; final once this is closed. */
    public long lostSpans() {
        return spans == null ? 0 : spans.lost();
    }

    /** What is sent: {@code metrics} or {@code traces}. */
    public String signal() {
        return meters == null ? "traces" : "metrics";
    }

    /** Sends what is left. Blocks until the collector has answered, or the SDK has given up, a minute at most. */
    @Override
    public void close() {
        SdkTracerProvider traced = tracers;
        if (traced != null) {
            traced.shutdown().join(LAST_EXPORT.toMillis(), TimeUnit.MILLISECONDS);
        }
        SdkMeterProvider measured = meters;
        if (measured != null) {
            measured.shutdown().join(LAST_EXPORT.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
