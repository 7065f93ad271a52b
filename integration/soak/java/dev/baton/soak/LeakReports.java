package dev.baton.soak;

import dev.baton.Main;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;

/**
 * A sidecar that tells of every network buffer that was lost: Netty's leak detector with its own printing, and a buffer that is
 * lost on purpose, so that a run in which nothing is reported can be told from one in which nothing would have been.
 */
public final class LeakReports<T> extends ResourceLeakDetector<T> {
    static final String MARK = "BUFFER LOST ";
    static final String ON_PURPOSE = "lost on purpose";

    /** Netty looks for this form first and complains when it is missing. */
    public LeakReports(Class<?> type, int samplingInterval, long maxActive) {
        super(type, samplingInterval);
    }

    /** Called by Netty through reflection. */
    public LeakReports(Class<?> type, int samplingInterval) {
        super(type, samplingInterval);
    }

    @Override
    protected boolean needReport() {
        return true;
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
        System.err.println(MARK + resourceType + records.replaceAll("\\s+", " "));
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
        System.err.println(MARK + resourceType);
    }

    public static void main(String[] arguments) throws InterruptedException {
        lose();
        Main.main(arguments);
    }

    private static void lose() {
        ByteBuf lost = ByteBufAllocator.DEFAULT.directBuffer(64);
        lost.touch(ON_PURPOSE);
    }
}
