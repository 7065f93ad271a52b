package dev.baton;

import java.time.Duration;

/** Durations as Go prints them, so that log lines read as those of the Go sidecar: {@code 30s}, {@code 1m30s}, {@code 1.5s}. */
final class GoDuration {
    private GoDuration() {}

    /** For durations that are not negative, exact to the millisecond. */
    static String format(Duration duration) {
        long millis = duration.toMillis();
        if (millis < 1000) {
            return millis == 0 ? "0s" : millis + "ms";
        }
        var text = new StringBuilder();
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
