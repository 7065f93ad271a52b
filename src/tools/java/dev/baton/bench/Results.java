package dev.baton.bench;

import dev.baton.tools.Spread;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All measurements of a run, by job, contender and figure. One thread. */
final class Results {
    private final Map<Job, Map<Contender, Map<Figure, List<Double>>>> values = new LinkedHashMap<>();

    void add(Job job, Contender contender, Map<Figure, Double> figures) {
        Map<Figure, List<Double>> all = values.computeIfAbsent(job, any -> new LinkedHashMap<>())
                .computeIfAbsent(contender, any -> new EnumMap<>(Figure.class));
        figures.forEach((figure, value) ->
                all.computeIfAbsent(figure, any -> new ArrayList<>()).add(value));
    }

    /** Over the rounds; null when that contender had no such job. */
    @Nullable
    Spread spread(Job job, Contender contender, Figure figure) {
        List<Double> found = values.getOrDefault(job, Map.of())
                .getOrDefault(contender, Map.of())
                .get(figure);
        return found == null
                ? null
                : Spread.of(found.stream().mapToDouble(value -> value).toArray());
    }

    /** Of the medians; NaN when one of them is missing. */
    double ratio(Job job, Contender contender, Contender base, Figure figure) {
        Spread one = spread(job, contender, figure);
        Spread other = spread(job, base, figure);
        return one == null || other == null ? Double.NaN : one.median() / other.median();
    }
}
