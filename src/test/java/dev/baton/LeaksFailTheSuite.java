package dev.baton;

import io.netty.buffer.ByteBufAllocator;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Fails the run, after its last test, when a buffer was collected that nobody had released. */
public final class LeaksFailTheSuite implements LauncherSessionListener {
    @Override
    public void launcherSessionClosed(LauncherSession session) {
        for (int round = 0; round < 3; round++) {
            System.gc();
            // The detector looks at its queue of collected buffers only when the next one is allocated.
            ByteBufAllocator.DEFAULT.directBuffer(1).release();
            ByteBufAllocator.DEFAULT.heapBuffer(1).release();
        }
        if (!RecordingLeakDetector.REPORTS.isEmpty()) {
            throw new AssertionError(RecordingLeakDetector.REPORTS.size() + " leaked buffers:\n"
                    + String.join("\n", RecordingLeakDetector.REPORTS));
        }
    }
}
