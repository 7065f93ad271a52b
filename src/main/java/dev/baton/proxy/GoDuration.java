package dev.baton.proxy;

import java.util.concurrent.TimeUnit;

/** Spells durations of whole seconds as Go's {@code time.Duration} does: {@code 3s}, {@code 5m0s}, {@code 1h0m0s}. */
final class GoDuration {
    private GoDuration() {}

    static String format(long nanos) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(nanos);
        if (seconds == 0 && nanos > 0) {
            return TimeUnit.NANOSECONDS.toMillis(nanos) + "ms";
        }
        StringBuilder text = new StringBuilder();
        if (seconds >= 3600) {
            text.append(seconds / 3600).append('h');
        }
        if (seconds >= 60) {
            text.append(seconds / 60 % 60).append('m');
        }
        return text.append(seconds % 60).append('s').toString();
    }
}
