package dev.baton.transfer;

import dev.baton.pull.ErrorCode;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The wishes in the query of a put.
 *
 * @param retrievals how often the object may be retrieved
 * @param ttl how long it lives; null for the default
 * @param early the reference is wanted before the body has arrived
 */
record PutQuery(int retrievals, @Nullable Duration ttl, boolean early) {
    private static final int PARAMETERS_MAX = 8;
    private static final int DIGITS_MAX = 9;

    /** @throws RefusedException naming the parameter that is unknown, given twice or out of range */
    static PutQuery of(String uri) {
        QueryStringDecoder query = decoder(uri);
        int retrievals = 1;
        Duration ttl = null;
        boolean early = false;
        for (Map.Entry<String, List<String>> parameter : parameters(query).entrySet()) {
            String name = parameter.getKey();
            if (parameter.getValue().size() != 1) {
                throw bad(name + " is given more than once");
            }
            String value = parameter.getValue().get(0);
            switch (name) {
                case "retrievals" -> retrievals = retrievals(value);
                case "ttl" -> ttl = duration(value);
                case "early" -> early = flag(value);
                default -> throw bad("unknown parameter; known are retrievals, ttl and early");
            }
        }
        return new PutQuery(retrievals, ttl, early);
    }

    private static QueryStringDecoder decoder(String uri) {
        return QueryStringDecoder.builder().maxParams(PARAMETERS_MAX).build(uri);
    }

    private static Map<String, List<String>> parameters(QueryStringDecoder query) {
        try {
            return query.parameters();
        } catch (IllegalArgumentException e) {
            throw bad("the query is not percent-encoded as it should be");
        }
    }

    private static int retrievals(String value) {
        long number = digits(value, 0, value.length());
        if (number < 1) {
            throw bad("retrievals must be a whole number from 1 to 999999999");
        }
        return (int) number;
    }

    /** A number with ms, s, m or h behind it. */
    private static Duration duration(String value) {
        int digits = 0;
        while (digits < value.length() && Character.isDigit(value.charAt(digits))) {
            digits++;
        }
        long number = digits(value, 0, digits);
        long millis =
                switch (value.substring(digits)) {
                    case "ms" -> number;
                    case "s" -> number * 1_000;
                    case "m" -> number * 60_000;
                    case "h" -> number * 3_600_000;
                    default -> -1;
                };
        if (number < 1 || millis < 1) {
            throw bad("ttl must be a positive number with ms, s, m or h behind it");
        }
        return Duration.ofMillis(millis);
    }

    private static boolean flag(String value) {
        return switch (value) {
            case "true", "" -> true;
            case "false" -> false;
            default -> throw bad("early must be true or false");
        };
    }

    /** The number, or -1 if it is none or longer than any that is sensible. */
    private static long digits(String value, int from, int to) {
        if (to == from || to - from > DIGITS_MAX) {
            return -1;
        }
        long number = 0;
        for (int i = from; i < to; i++) {
            char c = value.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = number * 10 + (c - '0');
        }
        return number;
    }

    private static RefusedException bad(String detail) {
        return new RefusedException(ErrorCode.BAD_REQUEST, detail);
    }
}
