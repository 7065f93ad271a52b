package dev.baton.http;

import io.netty.util.AsciiString;

/**
 * The value of {@code Date} (RFC 9110 section 5.6.7), which a proxy has to add where the program has not said it (section
 * 6.6.1). Made once a second, by hand: the JDK's formatter would cost the first request more than all else it meets. Any thread.
 */
public final class HttpDate {
    private static final String DAYS = "ThuFriSatSunMonTueWed";
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
    private static final long SECONDS_PER_DAY = 86_400;

    private record Moment(long second, AsciiString text) {}

    private static volatile Moment last = new Moment(0, format(0));

    private HttpDate() {}

    /** The present second. */
    public static AsciiString now() {
        long second = System.currentTimeMillis() / 1000;
        Moment moment = last;
        if (moment.second() != second) {
            moment = new Moment(second, format(second));
            last = moment;
        }
        return moment.text();
    }

    /** A second since the epoch, such as {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
    static AsciiString format(long second) {
        long day = Math.floorDiv(second, SECONDS_PER_DAY);
        int ofDay = (int) Math.floorMod(second, SECONDS_PER_DAY);
        // Years that begin in March have their odd day at the end; 400 of them are a whole number of days.
        long shifted = day + 719_468;
        long era = Math.floorDiv(shifted, 146_097L);
        int dayOfEra = (int) Math.floorMod(shifted, 146_097L);
        int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int marchMonth = (5 * dayOfYear + 2) / 153;
        int dayOfMonth = dayOfYear - (153 * marchMonth + 2) / 5 + 1;
        int month = marchMonth < 10 ? marchMonth + 2 : marchMonth - 10;
        long year = yearOfEra + era * 400 + (month <= 1 ? 1 : 0);
        int weekday = (int) Math.floorMod(day, 7L) * 3;

        StringBuilder text = new StringBuilder(29);
        text.append(DAYS, weekday, weekday + 3).append(", ");
        twoDigits(text, dayOfMonth).append(' ');
        text.append(MONTHS, month * 3, month * 3 + 3).append(' ').append(year).append(' ');
        twoDigits(text, ofDay / 3600).append(':');
        twoDigits(text, ofDay / 60 % 60).append(':');
        return AsciiString.of(twoDigits(text, ofDay % 60).append(" GMT"));
    }

    private static StringBuilder twoDigits(StringBuilder text, int number) {
        return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }
}
