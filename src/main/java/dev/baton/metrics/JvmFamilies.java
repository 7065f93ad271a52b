package dev.baton.metrics;

import com.sun.management.OperatingSystemMXBean;
import dev.baton.metrics.Family.Kind;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The sidecar's own JVM by OpenTelemetry's semantic conventions, where the queue-proxy tells of Go's runtime. Reads the platform's
 * management beans, whose first use takes long: never on an event loop.
 */
final class JvmFamilies {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MILLIS_PER_SECOND = 1e3;

    private JvmFamilies() {}

    static void addTo(List<Family> families) {
        memory(
                families,
                "jvm.memory.used",
                "Measure of memory used.",
                MemoryPoolMXBean::getUsage,
                MemoryUsage::getUsed);
        memory(
                families,
                "jvm.memory.committed",
                "Measure of memory committed.",
                MemoryPoolMXBean::getUsage,
                MemoryUsage::getCommitted);
        memory(
                families,
                "jvm.memory.limit",
                "Measure of max obtainable memory.",
                MemoryPoolMXBean::getUsage,
                MemoryUsage::getMax);
        memory(
                families,
                "jvm.memory.used_after_last_gc",
                "Measure of memory used, as measured after the most recent garbage collection event on this pool.",
                MemoryPoolMXBean::getCollectionUsage,
                MemoryUsage::getUsed);
        collections(families);
        classes(families);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        int daemons = threads.getDaemonThreadCount();
        families.add(new Family(
                "jvm.thread.count",
                "{thread}",
                "Number of executing platform threads.",
                Kind.UP_DOWN_COUNTER,
                true,
                KnativeNames.HTTP,
                List.of(
                        new Point.Value(List.of(Label.of("jvm.thread.daemon", "true")), daemons),
                        new Point.Value(
                                List.of(Label.of("jvm.thread.daemon", "false")),
                                Math.max(0, threads.getThreadCount() - daemons)))));
        processor(families);
    }

    private interface Reading {
        @Nullable
        MemoryUsage of(MemoryPoolMXBean pool);
    }

    private static void memory(
            List<Family> families, String name, String help, Reading reading, ToLongFunction<MemoryUsage> value) {
        List<Point> points = new ArrayList<>();
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            MemoryUsage usage = reading.of(pool);
            if (usage != null && value.applyAsLong(usage) >= 0) {
                points.add(new Point.Value(
                        List.of(
                                Label.of("jvm.memory.pool.name", pool.getName()),
                                Label.of("jvm.memory.type", pool.getType() == MemoryType.HEAP ? "heap" : "non_heap")),
                        value.applyAsLong(usage)));
            }
        }
        families.add(new Family(name, "By", help, Kind.UP_DOWN_COUNTER, true, KnativeNames.HTTP, points));
    }

    /** Two sums instead of the convention's histogram, which would take a listener to each collection. */
    private static void collections(List<Family> families) {
        List<Point> counts = new ArrayList<>();
        List<Point> times = new ArrayList<>();
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            List<Label> labels = List.of(Label.of("jvm.gc.name", collector.getName()));
            counts.add(new Point.Value(labels, Math.max(0, collector.getCollectionCount())));
            times.add(new Point.Value(labels, Math.max(0, collector.getCollectionTime()) / MILLIS_PER_SECOND));
        }
        families.add(new Family(
                "jvm.gc.count",
                "{collection}",
                "Number of garbage collections.",
                Kind.COUNTER,
                true,
                KnativeNames.HTTP,
                counts));
        families.add(new Family(
                "jvm.gc.time", "s", "Time in garbage collections.", Kind.COUNTER, false, KnativeNames.HTTP, times));
    }

    private static void classes(List<Family> families) {
        ClassLoadingMXBean classes = ManagementFactory.getClassLoadingMXBean();
        single(
                families,
                "jvm.class.loaded",
                "{class}",
                "Number of classes loaded since JVM start.",
                Kind.COUNTER,
                true,
                (double) classes.getTotalLoadedClassCount());
        single(
                families,
                "jvm.class.unloaded",
                "{class}",
                "Number of classes unloaded since JVM start.",
                Kind.COUNTER,
                true,
                (double) classes.getUnloadedClassCount());
        single(
                families,
                "jvm.class.count",
                "{class}",
                "Number of classes currently loaded.",
                Kind.UP_DOWN_COUNTER,
                true,
                classes.getLoadedClassCount());
    }

    private static void processor(List<Family> families) {
        single(
                families,
                "jvm.cpu.count",
                "{cpu}",
                "Number of processors available to the Java virtual machine.",
                Kind.UP_DOWN_COUNTER,
                true,
                Runtime.getRuntime().availableProcessors());
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            single(
                    families,
                    "jvm.cpu.time",
                    "s",
                    "CPU time used by the process as reported by the JVM.",
                    Kind.COUNTER,
                    false,
                    system.getProcessCpuTime() / NANOS_PER_SECOND);
            double load = system.getProcessCpuLoad();
            if (load >= 0) {
                single(
                        families,
                        "jvm.cpu.recent_utilization",
                        "1",
                        "Recent CPU utilization for the process as reported by the JVM.",
                        Kind.GAUGE,
                        false,
                        load);
            }
        }
    }

    private static void single(
            List<Family> families, String name, String unit, String help, Kind kind, boolean whole, double value) {
        families.add(new Family(
                name, unit, help, kind, whole, KnativeNames.HTTP, List.of(new Point.Value(List.of(), value))));
    }
}
