package dev.baton.tck;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a case may touch besides the wire.
 *
 * @param process the running sidecar, absent where the cases start their own
 */
record Stand(App app, @Nullable Sidecar process, List<String> command) {
    Sidecar sidecar() {
        return Objects.requireNonNull(process, "this group starts its own processes");
    }
}
