package dev.baton.config;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The Wasm function host; off when both are null.
 *
 * @param directory BATON_FUNCTIONS_DIR: folder of {@code *.wasm}
 * @param url BATON_FUNCTIONS_URL: where the user's container serves its modules
 */
public record FunctionSettings(@Nullable Path directory, @Nullable URI url) {
    /** Whether requests go to Wasm functions instead of the user's program. */
    public boolean enabled() {
        return directory != null || url != null;
    }
}
