package dev.baton.http;

import java.time.Duration;

/** Spells durations as Go's {@code time.Duration} does, so that log lines read as those of the Go sidecar: {@code 5m0s}, {@code 1.5s}. */
public final class GoDuration {
    private GoDuration() {}

    /** For durations that are not negative, exact to the millisecond. */
    public static String format(long nanos) {
        Duration duration = Duration.ofNanos(nanos);
        long millis = duration.toMillis();
        if (millis < 1000) {
            return millis == 0 ? "0s" : millis + "ms";
        }
        StringBuilder text = new StringBuilder();
        if (duration.toHours() > 0) {
            text.append(duration.toHours()).append('h');
        }
        if (duration.toMinutes() > 0) {
            text.append(duration.toMinutesPart()).append('m');
        }
        text.append(duration.toSecondsPart());
        int fraction = duration.toMillisPart();
        if (fraction > 0) {
            text.append('.').append(Integer.toString(1000 + fraction).substring(1));
            while (text.charAt(text.length() - 1) == '0') {
                text.setLength(text.length() - 1);
            }
        }
        return text.append('s').toString();
    }
}
