package dev.baton.config;

/**
 * Whole numbers as the Go sidecar reads them: base 0 of {@code strconv.ParseInt}, so that {@code 0x1e}, {@code 0o36}, {@code 036},
 * {@code 0b11110} and {@code 1_000} are numbers.
 */
final class GoInteger {
    private GoInteger() {}

    /** @throws NumberFormatException for what is none, or none of 64 bits */
    static long parse(String text) {
        boolean signed = text.startsWith("-") || text.startsWith("+");
        String number = signed ? text.substring(1) : text;
        int prefix = 0;
        int radix = 10;
        if (number.length() > 1 && number.charAt(0) == '0') {
            radix = number.length() > 2 ? radix(number.charAt(1)) : 8;
            prefix = radix == 8 && number.charAt(1) != 'o' && number.charAt(1) != 'O' ? 1 : 2;
        }
        String digits = digits(number, prefix);
        return Long.parseLong(text.startsWith("-") ? '-' + digits : digits, radix);
    }

    /** By the letter after a leading zero; without one the number is octal. */
    private static int radix(char letter) {
        return switch (letter) {
            case 'x', 'X' -> 16;
            case 'b', 'B' -> 2;
            default -> 8;
        };
    }

    /** What follows the prefix, without its underscores, each of which stands between two digits or behind the prefix. */
    private static String digits(String number, int prefix) {
        StringBuilder digits = new StringBuilder(number.length());
        boolean mayPart = prefix > 0;
        for (int i = prefix; i < number.length(); i++) {
            char c = number.charAt(i);
            if (c == '_' && mayPart) {
                mayPart = false;
            } else if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
                digits.append(c);
                mayPart = true;
            } else {
                throw new NumberFormatException(number);
            }
        }
        if (!mayPart) {
            throw new NumberFormatException(number);
        }
        return digits.toString();
    }
}
