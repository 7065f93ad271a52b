package dev.baton.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Everything one sidecar is told from outside, read once at the start and immutable.
 *
 * @param pullAddresses which addresses an opened reference may name
 * @param warnings lines for the start-up log: relaxed guards, settings without effect
 */
public record SidecarConfig(
        Identity identity,
        Ports ports,
        Bind bind,
        Timeouts timeouts,
        ProxySettings proxy,
        Probes probes,
        Logging logging,
        Observability observability,
        ServingTls tls,
        ObjectSettings objects,
        TransferSettings transfer,
        AddressGuard pullAddresses,
        KeySettings keys,
        FunctionSettings functions,
        List<String> warnings) {

    /**
     * Reads all settings. Blocks for a few small files (memory limit, presence of keys and certificates).
     *
     * @param env the process environment
     * @throws ConfigException naming the first variable that is missing or does not parse, in the order of the Go sidecar's struct
     */
    public static SidecarConfig read(Map<String, String> env) {
        return read(env, Path.of("/"));
    }

    /** As above from this process's own environment. */
    public static SidecarConfig read() {
        return read(System.getenv());
    }

    /** As above with the files below another root. */
    static SidecarConfig read(Map<String, String> env, Path root) {
        return ConfigReader.read(new Env(env), new Host(root));
    }
}
