package dev.baton.otel;

import dev.baton.metrics.Distribution;
import dev.baton.metrics.Family;
import dev.baton.metrics.Family.Kind;
import dev.baton.metrics.Gathering;
import dev.baton.metrics.Label;
import dev.baton.metrics.Point;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Hands what the request path has counted to the SDK when its reader asks, so that no request calls the SDK. Cumulative, as the
 * queue-proxy exports. Any thread but an event loop.
 */
final class MetricBridge implements MetricProducer {
    private final Gathering gathering;
    private final InstantSource clock;
    private final long startNanos;

    MetricBridge(Gathering gathering, InstantSource clock) {
        this.gathering = gathering;
        this.clock = clock;
        startNanos = nanos(clock);
    }

    private static long nanos(InstantSource clock) {
        return ChronoUnit.NANOS.between(Instant.EPOCH, clock.instant());
    }

    @Override
    public Collection<MetricData> produce(Resource resource) {
        long now = nanos(clock);
        List<MetricData> metrics = new ArrayList<>();
        for (Family family : gathering.families()) {
            metrics.add(new Metric(
                    resource,
                    InstrumentationScopeInfo.create(family.scope()),
                    family.name(),
                    family.help(),
                    family.unit(),
                    type(family),
                    data(family, now)));
        }
        return metrics;
    }

    private record Metric(
            Resource getResource,
            InstrumentationScopeInfo getInstrumentationScopeInfo,
            String getName,
            String getDescription,
            String getUnit,
            MetricDataType getType,
            Data<?> getData)
            implements MetricData {}

    private static MetricDataType type(Family family) {
        return switch (family.kind()) {
            case HISTOGRAM -> MetricDataType.HISTOGRAM;
            case GAUGE -> family.whole() ? MetricDataType.LONG_GAUGE : MetricDataType.DOUBLE_GAUGE;
            case COUNTER, UP_DOWN_COUNTER -> family.whole() ? MetricDataType.LONG_SUM : MetricDataType.DOUBLE_SUM;
        };
    }

    private Data<?> data(Family family, long now) {
        if (family.kind() == Kind.HISTOGRAM) {
            List<HistogramPointData> points = new ArrayList<>();
            for (Point point : family.points()) {
                if (point instanceof Point.Spread spread) {
                    points.add(histogram(spread, now));
                }
            }
            return HistogramData.create(AggregationTemporality.CUMULATIVE, points);
        }
        return family.whole() ? whole(family, now) : fractional(family, now);
    }

    private Data<LongPointData> whole(Family family, long now) {
        List<LongPointData> points = new ArrayList<>();
        for (Point point : family.points()) {
            if (point instanceof Point.Value value) {
                points.add(LongPointData.create(startNanos, now, attributes(value.labels()), (long) value.value()));
            }
        }
        return family.kind() == Kind.GAUGE
                ? GaugeData.createLongGaugeData(points)
                : SumData.createLongSumData(family.kind() == Kind.COUNTER, AggregationTemporality.CUMULATIVE, points);
    }

    private Data<DoublePointData> fractional(Family family, long now) {
        List<DoublePointData> points = new ArrayList<>();
        for (Point point : family.points()) {
            if (point instanceof Point.Value value) {
                points.add(
                        DoublePointData.create(startNanos, now, attributes(value.labels()), value.value(), List.of()));
            }
        }
        return family.kind() == Kind.GAUGE
                ? GaugeData.createDoubleGaugeData(points)
                : SumData.createDoubleSumData(family.kind() == Kind.COUNTER, AggregationTemporality.CUMULATIVE, points);
    }

    private HistogramPointData histogram(Point.Spread spread, long now) {
        Distribution values = spread.distribution();
        List<Double> bounds = values.buckets().bounds();
        List<Long> counts = new ArrayList<>(bounds.size() + 1);
        for (int i = 0; i <= bounds.size(); i++) {
            counts.add(values.count(i));
        }
        return HistogramPointData.create(
                startNanos, now, attributes(spread.labels()), values.sum(), false, 0, false, 0, bounds, counts);
    }

    static Attributes attributes(List<Label> labels) {
        AttributesBuilder attributes = Attributes.builder();
        for (Label label : labels) {
            if (label.value() instanceof Long number) {
                attributes.put(label.name(), number);
            } else {
                attributes.put(label.name(), label.value().toString());
            }
        }
        return attributes.build();
    }
}
