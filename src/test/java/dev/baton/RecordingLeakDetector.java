package dev.baton;

import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Netty's leak detector, told to remember what it reports.
 *
 * <p>Named by the system property {@code io.netty.customResourceLeakDetector} of the test JVM; {@link LeaksFailTheSuite}
 * reads it when all tests have run. Any thread.
 */
public final class RecordingLeakDetector<T> extends ResourceLeakDetector<T> {
    static final List<String> REPORTS = new CopyOnWriteArrayList<>();

    /** Netty looks for this form first and complains when it is missing. */
    public RecordingLeakDetector(Class<?> type, int samplingInterval, long maxActive) {
        super(type, samplingInterval);
    }

    /** Called by Netty through reflection. */
    public RecordingLeakDetector(Class<?> type, int samplingInterval) {
        super(type, samplingInterval);
    }

    @Override
    protected boolean needReport() {
        return true;
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
        REPORTS.add(resourceType + " was never released:" + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
        REPORTS.add(resourceType + " was never released");
    }
}
