package dev.baton.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The Wasm function host; off when there is no folder.
 *
 * @param directory BATON_FUNCTIONS_DIR: folder of {@code *.wasm}
 * @param memoryBytes BATON_FUNCTIONS_MEMORY: linear memory of all functions together
 */
public record FunctionSettings(@Nullable Path directory, long memoryBytes) {
    /** Whether requests go to Wasm functions instead of the user's program. */
    public boolean enabled() {
        return directory != null;
    }
}
