package dev.baton.requestlog;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IllegalFormatException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Any format with any arguments: what is not supported is refused, everything else gives a text, the same one twice. And what Java's own
 * formatter knows too it says alike.
 */
class PrintfFuzzTest {
    private static final Pattern DIGITS = Pattern.compile("\\d+");
    /** Widths are the template's author's affair; all together they must not fill this process. */
    private static final int WIDTHS_MAX = 2_000_000;

    /** One number or text, with flags that Java and Go read alike. */
    private static final Pattern BOTH =
            Pattern.compile("%(-?[1-9]\\d{0,2}|[+ ]?0?[1-9]\\d{0,2}|[+ ]?)d|%-?(\\d{1,3})?s");

    /** @param input arguments, each on a line of its own behind a letter for its type; the last line is the format */
    @FuzzTest
    void printf(byte[] input) {
        String[] lines = new String(input, StandardCharsets.ISO_8859_1).split("\n", -1);
        String format = lines[lines.length - 1];
        List<Object> arguments = new ArrayList<>();
        for (String line : Arrays.copyOf(lines, lines.length - 1)) {
            arguments.add(argument(line));
        }
        if (widths(format, arguments) > WIDTHS_MAX) {
            return;
        }
        String said;
        try {
            said = Printf.format(format, arguments);
        } catch (ExecException refused) {
            assertThat(refused.getMessage()).isNotEmpty();
            return;
        }
        assertThat(Printf.format(format, arguments)).isEqualTo(said);
        assertThat(said.chars()).as("octets").allMatch(c -> c < 0x100);
        if (format.indexOf('%') < 0) {
            assertThat(said).startsWith(format);
        }
        if (arguments.size() == 1 && BOTH.matcher(format).matches()) {
            assertThat(said).isEqualTo(javas(format, arguments.getFirst(), said));
        }
    }

    private static String javas(String format, Object argument, String otherwise) {
        boolean fits = format.endsWith("d") ? argument instanceof Long : ascii(argument);
        try {
            return fits ? String.format(format, argument) : otherwise;
        } catch (IllegalFormatException unknown) {
            return otherwise;
        }
    }

    /** Go counts the characters of a text, which here is its octets in UTF-8. */
    private static boolean ascii(Object argument) {
        return argument instanceof String text && text.chars().allMatch(c -> c < 0x80);
    }

    private static long widths(String format, List<Object> arguments) {
        long sum = 0;
        Matcher digits = DIGITS.matcher(format);
        while (digits.find()) {
            String number = digits.group();
            sum += number.length() > 9 ? 0 : Integer.parseInt(number);
        }
        long stars = format.chars().filter(c -> c == '*').count();
        for (Object argument : arguments) {
            if (stars > 0 && Values.integer(argument) && Math.abs(Values.number(argument)) <= 1_000_000) {
                sum += Math.abs(Values.number(argument));
            }
        }
        long longest = arguments.stream()
                .mapToLong(argument -> argument instanceof List<?> list ? list.size() : 1)
                .max()
                .orElse(1);
        return sum * longest;
    }

    private static Object argument(String line) {
        String text = line.isEmpty() ? "" : line.substring(1);
        return switch (line.isEmpty() ? ' ' : line.charAt(0)) {
            case 'i' -> number(text);
            case 'j' -> new Int64(number(text));
            case 'f' -> Double.longBitsToDouble(number(text));
            case 'g' -> number(text) / 1000.0;
            case 'b' -> !text.isEmpty();
            case 'l' -> List.of(text.split(",", -1));
            case 'n' -> text.isEmpty() ? Nil.NIL : Nil.NO_VALUE;
            default -> text;
        };
    }

    private static Long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return (long) text.hashCode();
        }
    }
}
