package dev.baton.requestlog;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Floating-point numbers as Go's strconv.FormatFloat writes them. Pure. */
final class GoFloat {
    /** From this exponent on the shortest form is the scientific one. */
    private static final int SHORTEST_THRESHOLD = 6;

    private GoFloat() {}

    /** {@code %v}: the shortest digits that give the number back. */
    static String shortest(double value) {
        return general(value, -1, 'e');
    }

    /**
     * {@code %g} and {@code %G}.
     *
     * @param precision significant digits; -1 for the shortest
     * @param e the letter before the exponent
     */
    static String general(double value, int precision, char e) {
        if (special(value)) {
            return name(value);
        }
        int wanted = precision == 0 ? 1 : precision;
        BigDecimal exact = wanted < 0
                ? new BigDecimal(Double.toString(value))
                : new BigDecimal(value).round(new MathContext(wanted, RoundingMode.HALF_EVEN));
        String digits = exact.unscaledValue().abs().toString();
        int exponent = digits.length() - exact.scale() - 1;
        digits = stripZeros(digits);
        if (exact.signum() == 0) {
            exponent = 0;
        }
        int threshold = wanted < 0 ? SHORTEST_THRESHOLD : wanted;
        if (wanted > digits.length() && digits.length() >= exponent + 1) {
            threshold = digits.length();
        }
        String sign = negative(value) ? "-" : "";
        if (exponent < -4 || exponent >= threshold) {
            return sign + scientific(digits, exponent, e);
        }
        return sign + plain(digits, exponent);
    }

    /** {@code %f}. */
    static String fixed(double value, int precision) {
        if (special(value)) {
            return name(value);
        }
        String text = new BigDecimal(Math.abs(value))
                .setScale(precision < 0 ? 6 : precision, RoundingMode.HALF_EVEN)
                .toPlainString();
        return negative(value) ? "-" + text : text;
    }

    /** {@code %e} and {@code %E}. */
    static String exponential(double value, int precision, char e) {
        if (special(value)) {
            return name(value);
        }
        int places = precision < 0 ? 6 : precision;
        BigDecimal rounded = new BigDecimal(Math.abs(value)).round(new MathContext(places + 1, RoundingMode.HALF_EVEN));
        String digits = rounded.unscaledValue().toString();
        int exponent = rounded.signum() == 0 ? 0 : digits.length() - rounded.scale() - 1;
        String padded = digits.length() > places + 1
                ? digits.substring(0, places + 1)
                : digits + "0".repeat(places + 1 - digits.length());
        return (negative(value) ? "-" : "") + scientific(padded, exponent, e);
    }

    private static String scientific(String digits, int exponent, char e) {
        int size = Math.abs(exponent);
        return digits.charAt(0)
                + (digits.length() > 1 ? "." + digits.substring(1) : "")
                + e
                + (exponent < 0 ? '-' : '+')
                + (size < 10 ? "0" : "")
                + size;
    }

    private static String plain(String digits, int exponent) {
        if (exponent < 0) {
            return "0." + "0".repeat(-exponent - 1) + digits;
        }
        if (digits.length() <= exponent + 1) {
            return digits + "0".repeat(exponent + 1 - digits.length());
        }
        return digits.substring(0, exponent + 1) + "." + digits.substring(exponent + 1);
    }

    private static String stripZeros(String digits) {
        int end = digits.length();
        while (end > 1 && digits.charAt(end - 1) == '0') {
            end--;
        }
        return digits.substring(0, end);
    }

    private static boolean negative(double value) {
        return Double.doubleToRawLongBits(value) < 0;
    }

    private static boolean special(double value) {
        return Double.isNaN(value) || Double.isInfinite(value);
    }

    private static String name(double value) {
        return Double.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    }
}
