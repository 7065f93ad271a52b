package dev.baton.requestlog;

import dev.baton.http.GoFieldName;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A request's fields as Go's http.Header: names in canonical form, without those that its server takes out. */
final class HeaderView implements Struct {
    private final HttpHeaders headers;
    private @Nullable Map<String, List<String>> fields;

    /** @param headers of this request as it came; not changed any more */
    HeaderView(HttpHeaders headers) {
        this.headers = headers;
    }

    /** Values by canonical name, in the order in which a map prints. */
    Map<String, List<String>> fields() {
        Map<String, List<String>> sorted = fields;
        if (sorted == null) {
            sorted = new TreeMap<>();
            for (Map.Entry<String, String> field : headers) {
                String name = GoFieldName.canonical(field.getKey());
                if (!takenOut(name)) {
                    sorted.computeIfAbsent(name, key -> new ArrayList<>(1)).add(field.getValue());
                }
            }
            fields = sorted;
        }
        return sorted;
    }

    private static boolean takenOut(String canonical) {
        return canonical.equals("Host") || canonical.equals("Transfer-Encoding") || canonical.equals("Trailer");
    }

    @Override
    public String goType() {
        return "http.Header";
    }

    @Override
    public @Nullable Object field(String name) {
        if (name.equals("Get") || name.equals("Values")) {
            return null;
        }
        List<String> values = fields().get(name);
        return values == null ? Nil.NO_VALUE : values;
    }

    @Override
    public @Nullable Object call(String method, List<Object> arguments) {
        List<String> values = fields().getOrDefault(GoFieldName.canonical(Struct.string(method, arguments)), List.of());
        return method.equals("Values") ? values : values.isEmpty() ? "" : values.getFirst();
    }

    @Override
    public String print() {
        StringBuilder out = new StringBuilder("map[");
        fields().forEach((name, values) ->
                out.append(out.length() > 4 ? " " : "").append(name).append(':').append(Values.print(values)));
        return out.append(']').toString();
    }

    @Override
    public boolean truth() {
        return !fields().isEmpty();
    }
}
