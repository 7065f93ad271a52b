package dev.baton.config;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads what concerns Wasm functions. */
final class FunctionReader {
    /** What a guest can address in this engine. */
    private static final long INSTANCE_MOST = (2L << 30) - (64 << 10);

    private FunctionReader() {}

    static FunctionSettings read(Env env, @Nullable Path directory, Bind bind) {
        URI url = url(env, bind);
        if (directory != null && url != null) {
            throw Env.bad(Setting.BATON_FUNCTIONS_URL, url.toString(), "is set together with BATON_FUNCTIONS_DIR");
        }
        return new FunctionSettings(
                directory,
                url,
                env.bytes(Setting.BATON_FUNCTIONS_MEMORY, 1L << 20, Long.MAX_VALUE),
                env.given(Setting.BATON_FUNCTIONS_INSTANCE_MEMORY) == null
                        ? INSTANCE_MOST
                        : env.bytes(Setting.BATON_FUNCTIONS_INSTANCE_MEMORY, 64 << 10, INSTANCE_MOST),
                env.positiveDuration(Setting.BATON_FUNCTIONS_TIMEOUT),
                env.count(Setting.BATON_FUNCTIONS_DEPTH, 1, 64),
                env.count(Setting.BATON_FUNCTIONS_THREADS, 1, 1024));
    }

    /** Code for this process comes from inside the pod or not at all: no name is looked up, no other host is asked. */
    private static @Nullable URI url(Env env, Bind bind) {
        String value = env.given(Setting.BATON_FUNCTIONS_URL);
        if (value == null) {
            return null;
        }
        URI url;
        try {
            url = new URI(value.endsWith("/") ? value.substring(0, value.length() - 1) : value);
        } catch (URISyntaxException e) {
            throw Env.bad(Setting.BATON_FUNCTIONS_URL, value, "is not a URL");
        }
        String rest = url.getRawPath();
        if (!"http".equals(url.getScheme())
                || url.getHost() == null
                || url.getUserInfo() != null
                || rest == null
                || !rest.isEmpty()
                || url.getQuery() != null
                || url.getFragment() != null
                || url.getPort() == 0
                || url.getPort() > 65535) {
            throw Env.bad(Setting.BATON_FUNCTIONS_URL, value, "is not of the form http://127.0.0.1:8080");
        }
        String host = url.getHost();
        InetAddress address = Addresses.parse(
                host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host);
        if (address == null || !(address.isLoopbackAddress() || address.equals(bind.user()))) {
            throw Env.bad(Setting.BATON_FUNCTIONS_URL, value, "names another address than the user's program's");
        }
        return url;
    }
}
