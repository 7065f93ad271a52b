package dev.baton.demo;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Names the way that a step's bytes took, as the sidecars and the gateway counted them and not as the step meant them to go. */
final class Ways {
    /** Whatever moved less than this share of the bytes is no way of its own: what came along with a head, say. */
    private static final int SHARE = 10;

    private Ways() {}

    /**
     * Such as {@code splice}, or {@code splice + copy} if some went one way and some the other; {@code -} if no bytes moved.
     *
     * @param all what all sidecars counted during the step
     * @param gateway bytes of bodies that passed the gateway meanwhile
     * @param due bytes of the input, which is what has passed the gateway if there was no other way
     */
    static String taken(Counters all, long gateway, long due) {
        long pulled = all.of(Flow.PULLED_IN);
        Map<String, Long> ways = new LinkedHashMap<>();
        ways.put("neighbour", all.of(Flow.NEIGHBOUR));
        ways.put("splice", all.of(Flow.SPLICED));
        // Pulled for a function that maps them: between that sidecar and its function nothing was moved.
        ways.put("copy", pulled - all.of(Flow.SPLICED) - Math.min(all.of(Flow.GET_MEMORY), pulled));
        ways.put("memory", all.of(Flow.PUT_MEMORY) + all.of(Flow.GET_MEMORY));
        ways.put("inline", all.of(Flow.INLINE));
        ways.put("store", all.of(Flow.PUT));
        long total = ways.values().stream().mapToLong(Long::longValue).sum();
        if (total == 0) {
            return due > 0 && gateway >= due ? "inline" : "-";
        }
        return ways.entrySet().stream()
                .filter(way -> way.getValue() * SHARE >= total)
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(" + "));
    }
}
