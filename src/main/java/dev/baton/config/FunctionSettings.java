package dev.baton.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The Wasm function host; off when there is neither folder nor URL. Never both.
 *
 * @param directory BATON_FUNCTIONS_DIR: folder of {@code *.wasm}
 * @param url BATON_FUNCTIONS_URL: where the user's program serves its modules; plain HTTP on a loopback address, without a path
 * @param memoryBytes BATON_FUNCTIONS_MEMORY: linear memory of all functions together
 * @param instanceBytes BATON_FUNCTIONS_INSTANCE_MEMORY: linear memory of one instance
 * @param call BATON_FUNCTIONS_TIMEOUT: wall-clock time of one call from outside
 * @param depth BATON_FUNCTIONS_DEPTH: calls inside calls
 * @param threads BATON_FUNCTIONS_THREADS: calls at once
 */
public record FunctionSettings(
        @Nullable Path directory,
        @Nullable URI url,
        long memoryBytes,
        long instanceBytes,
        Duration call,
        int depth,
        int threads) {
    /** Whether requests go to Wasm functions instead of the user's program. */
    public boolean enabled() {
        return directory != null || url != null;
    }
}
