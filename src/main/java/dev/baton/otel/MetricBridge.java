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
import io.opentelemetry.sdk.metrics.InstrumentType;
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
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Hands what the request path has counted to the SDK when its reader asks, so that no request calls the SDK. Totals, or what was
 * added since the last time, as the exporter prefers. Any thread but an event loop.
 */
final class MetricBridge implements MetricProducer {
    private final Gathering gathering;
    private final InstantSource clock;
    private final AggregationTemporalitySelector preference;
    private final Deltas deltas = new Deltas();
    /** One object for each: the exporter gathers metrics by its identity, and names the scope anew for each object. */
    private final Map<String, InstrumentationScopeInfo> scopes = new HashMap<>();

    private final long startNanos;
    private long lastNanos;

    MetricBridge(Gathering gathering, InstantSource clock, AggregationTemporalitySelector preference) {
        this.gathering = gathering;
        this.clock = clock;
        this.preference = preference;
        startNanos = nanos(clock);
        lastNanos = startNanos;
    }

    private static long nanos(InstantSource clock) {
        return ChronoUnit.NANOS.between(Instant.EPOCH, clock.instant());
    }

    @Override
    public synchronized Collection<MetricData> produce(Resource resource) {
        long now = nanos(clock);
        List<MetricData> metrics = new ArrayList<>();
        for (Family family : gathering.families()) {
            Data<?> data = data(family, now);
            if (!data.getPoints().isEmpty()) {
                metrics.add(new Metric(
                        resource,
                        scopes.computeIfAbsent(family.scope(), InstrumentationScopeInfo::create),
                        family.name(),
                        family.help(),
                        family.unit(),
                        type(family),
                        data));
            }
        }
        lastNanos = now;
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

    /** Counters and levels are totals that are read, and not counted by the SDK: its word for them is observable. */
    private AggregationTemporality temporality(Kind kind) {
        return preference.getAggregationTemporality(
                switch (kind) {
                    case HISTOGRAM -> InstrumentType.HISTOGRAM;
                    case COUNTER -> InstrumentType.OBSERVABLE_COUNTER;
                    case UP_DOWN_COUNTER -> InstrumentType.OBSERVABLE_UP_DOWN_COUNTER;
                    case GAUGE -> InstrumentType.OBSERVABLE_GAUGE;
                });
    }

    private Data<?> data(Family family, long now) {
        boolean delta = temporality(family.kind()) == AggregationTemporality.DELTA
                && (family.kind() == Kind.HISTOGRAM || family.kind() == Kind.COUNTER);
        Interval interval = new Interval(delta ? lastNanos : startNanos, now, delta);
        if (family.kind() == Kind.HISTOGRAM) {
            return histograms(family, interval);
        }
        return family.whole() ? whole(family, interval) : fractional(family, interval);
    }

    private record Interval(long from, long to, boolean delta) {
        AggregationTemporality temporality() {
            return delta ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE;
        }
    }

    private double told(Family family, Point.Value value, Interval interval) {
        return interval.delta() ? deltas.since(family.name(), value.labels(), value.value())[0] : value.value();
    }

    private Data<LongPointData> whole(Family family, Interval interval) {
        List<LongPointData> points = new ArrayList<>();
        for (Point point : family.points()) {
            if (point instanceof Point.Value value) {
                long told = (long) told(family, value, interval);
                points.add(LongPointData.create(interval.from(), interval.to(), attributes(value.labels()), told));
            }
        }
        return family.kind() == Kind.GAUGE
                ? GaugeData.createLongGaugeData(points)
                : SumData.createLongSumData(family.kind() == Kind.COUNTER, interval.temporality(), points);
    }

    private Data<DoublePointData> fractional(Family family, Interval interval) {
        List<DoublePointData> points = new ArrayList<>();
        for (Point point : family.points()) {
            if (point instanceof Point.Value value) {
                double told = told(family, value, interval);
                points.add(DoublePointData.create(
                        interval.from(), interval.to(), attributes(value.labels()), told, List.of()));
            }
        }
        return family.kind() == Kind.GAUGE
                ? GaugeData.createDoubleGaugeData(points)
                : SumData.createDoubleSumData(family.kind() == Kind.COUNTER, interval.temporality(), points);
    }

    private Data<HistogramPointData> histograms(Family family, Interval interval) {
        List<HistogramPointData> points = new ArrayList<>();
        for (Point point : family.points()) {
            if (point instanceof Point.Spread spread) {
                histogram(family, spread, interval, points);
            }
        }
        return HistogramData.create(interval.temporality(), points);
    }

    private void histogram(Family family, Point.Spread spread, Interval interval, List<HistogramPointData> points) {
        Distribution values = spread.distribution();
        List<Double> bounds = values.buckets().bounds();
        int buckets = bounds.size() + 1;
        double[] told = new double[buckets + 1];
        for (int i = 0; i < buckets; i++) {
            told[i] = values.count(i);
        }
        told[buckets] = values.sum();
        if (interval.delta()) {
            told = deltas.since(family.name(), spread.labels(), told);
        }
        List<Long> counts = new ArrayList<>(buckets);
        boolean quiet = true;
        for (int i = 0; i < buckets; i++) {
            counts.add((long) told[i]);
            quiet &= told[i] == 0;
        }
        if (interval.delta() && quiet) {
            return; // as the SDK's own histograms: a series that nothing happened to is not told of
        }
        points.add(HistogramPointData.create(
                interval.from(),
                interval.to(),
                attributes(spread.labels()),
                told[buckets],
                false,
                0,
                false,
                0,
                bounds,
                counts));
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
