package dev.baton.config;

import dev.baton.config.TransferSettings.Streaming;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Builds the records, first in the order of the Go sidecar's struct, so that the first variable that is missing or bad is
 * the same one, then Baton's own.
 */
final class ConfigReader {
    private static final String CERTIFICATE = "/tls.crt";
    private static final String PRIVATE_KEY = "/tls.key";

    /** Knative's Secrets reach all pods within about this long, so that everyone can open before anyone seals. */
    private static final Duration ADOPT_KEY_AFTER = Duration.ofSeconds(150);

    private static final Duration KEY_REFRESH = Duration.ofSeconds(60);
    private static final long STORE_WITHOUT_LIMIT = 256L << 20;
    private static final int FEWEST_WINDOWS = 4;
    private static final int MOST_WINDOWS = 64;

    private final Env env;
    private final Host host;

    private ConfigReader(Env env, Host host) {
        this.env = env;
        this.host = host;
    }

    static SidecarConfig read(Env env, Host host) {
        return new ConfigReader(env, host).read();
    }

    private SidecarConfig read() {
        int concurrency = env.integer(Setting.CONTAINER_CONCURRENCY, 0, Integer.MAX_VALUE);
        Ports ports = ports();
        Timeouts timeouts = timeouts();
        boolean fullDuplex = probeFlagsAndFullDuplex();
        String loggingConfig = env.text(Setting.SERVING_LOGGING_CONFIG);
        String loggingLevel = env.text(Setting.SERVING_LOGGING_LEVEL);
        Identity identity = identity();
        Logging logging = LoggingReader.read(loggingConfig, loggingLevel);
        try {
            return read(concurrency, ports, timeouts, fullDuplex, identity, logging);
        } catch (ConfigException e) {
            throw e.toldBy(new ConfigException.LogSettings(logging, identity));
        }
    }

    private SidecarConfig read(
            int concurrency, Ports ports, Timeouts timeouts, boolean fullDuplex, Identity identity, Logging logging) {
        Bind bind = bind(identity.podIp());
        long limit = host.memoryLimit();
        TransferSettings transfer = transfer(limit, bind);
        ObjectSettings objects = objects(limit, timeouts.overall(), transfer);
        Observability observability = ObservabilityReader.read(env);
        ServingTls tls = servingTls();
        NotYet.warn(env, transfer);
        return new SidecarConfig(
                identity,
                ports,
                bind,
                timeouts,
                proxy(concurrency, fullDuplex),
                ProbeReader.read(env, ports.user(), bind.user()),
                logging,
                observability,
                tls,
                objects,
                transfer,
                pullAddresses(bind),
                keys(identity, objects.ttlMax()),
                FunctionReader.read(env, path(Setting.BATON_FUNCTIONS_DIR), bind),
                env.warnings());
    }

    private ServingTls servingTls() {
        Path certificate = certificates(CERTIFICATE);
        Path key = certificates(PRIVATE_KEY);
        return new ServingTls(
                certificate, key, Files.exists(certificate) && Files.exists(key), TlsReader.servingListener(env));
    }

    private Path certificates(String file) {
        return host.path(env.text(Setting.BATON_CERTS_DIR) + file);
    }

    private Ports ports() {
        int serving = env.port(Setting.QUEUE_SERVING_PORT, 0);
        int servingTls = env.port(Setting.QUEUE_SERVING_TLS_PORT, 0);
        int user = env.port(Setting.USER_PORT, 1);
        return new Ports(serving, servingTls, user, Ports.spare(serving));
    }

    private Timeouts timeouts() {
        Duration overall = env.seconds(Setting.REVISION_TIMEOUT_SECONDS);
        Duration responseStart = env.seconds(Setting.REVISION_RESPONSE_START_TIMEOUT_SECONDS);
        return new Timeouts(overall, responseStart, env.seconds(Setting.REVISION_IDLE_TIMEOUT_SECONDS));
    }

    /** Judges the three flags where the Go sidecar does; the probes' two are read again with the probes. */
    private boolean probeFlagsAndFullDuplex() {
        boolean fullDuplex = env.flag(Setting.ENABLE_HTTP_FULL_DUPLEX);
        env.flag(Setting.ENABLE_HTTP2_AUTO_DETECTION);
        env.flag(Setting.ENABLE_MULTI_CONTAINER_PROBES);
        return fullDuplex;
    }

    private Identity identity() {
        String namespace = env.text(Setting.SERVING_NAMESPACE);
        String service = env.text(Setting.SERVING_SERVICE);
        String configuration = env.text(Setting.SERVING_CONFIGURATION);
        String revision = env.text(Setting.SERVING_REVISION);
        String pod = env.text(Setting.SERVING_POD);
        String podIp = env.text(Setting.SERVING_POD_IP);
        String name = env.given(Setting.POD_NAME);
        return new Identity(
                namespace,
                service,
                configuration,
                revision,
                pod,
                podIp,
                name != null ? name : env.text(Setting.HOSTNAME));
    }

    private Bind bind(String podIp) {
        Bind bind = new Bind(env.address(Setting.BATON_BIND), Addresses.parse(podIp));
        if (bind.relaxed()) {
            env.warn("BATON_BIND is a loopback address: guards on addresses are relaxed, for one machine only");
        } else if (bind.own().isLoopbackAddress()) {
            env.warn("SERVING_POD_IP is not an address that other pods reach: references work inside this pod only");
        }
        return bind;
    }

    private ProxySettings proxy(int concurrency, boolean fullDuplex) {
        return new ProxySettings(
                concurrency,
                fullDuplex,
                (int) env.bytes(Setting.BATON_HEAD_BYTES, 1024, 16 << 20),
                env.count(Setting.BATON_HEAD_FIELDS, 16, 65536),
                env.positiveDuration(Setting.BATON_HEAD_TIMEOUT),
                (int) env.bytes(Setting.BATON_BODY_RATE, 0, 1 << 20),
                env.positiveDuration(Setting.BATON_BODY_WINDOW),
                env.count(Setting.BATON_HTTP2_BURST, 100, 1_000_000),
                env.duration(Setting.BATON_DRAIN_QUIET),
                env.given(Setting.BATON_EVENT_LOOPS) == null
                        ? Math.min(Runtime.getRuntime().availableProcessors(), 4)
                        : env.count(Setting.BATON_EVENT_LOOPS, 1, 256),
                imitations(),
                env.flag(Setting.BATON_EXPLAIN_ERRORS),
                env.count(Setting.BATON_CONNECTIONS, 1, 1 << 20),
                env.flag(Setting.BATON_SPLICE));
    }

    private Set<Imitation> imitations() {
        Set<Imitation> asked = EnumSet.noneOf(Imitation.class);
        for (String word : env.list(Setting.BATON_IMITATE)) {
            Imitation imitation = Imitation.of(word);
            if (imitation != null) {
                asked.add(imitation);
            } else if (word.equals("all")) {
                asked.addAll(EnumSet.allOf(Imitation.class));
            } else {
                throw Env.bad(Setting.BATON_IMITATE, word, "is no word of the table of deliberate differences");
            }
        }
        return Set.copyOf(asked);
    }

    private ObjectSettings objects(long limit, Duration overall, TransferSettings transfer) {
        long automatic = limit > 0 ? Math.max(limit / 2, 1) : STORE_WITHOUT_LIMIT;
        long store = env.given(Setting.BATON_STORE_BYTES) == null
                ? automatic
                : env.bytes(Setting.BATON_STORE_BYTES, 1, 1L << 50);
        if (limit > 0 && store > limit - (long) transfer.windows() * transfer.windowBytes()) {
            env.warn("BATON_STORE_BYTES and the transfer windows together exceed the memory limit of " + limit
                    + " bytes");
        }
        Duration ttlMax = env.positiveDuration(Setting.BATON_TTL_MAX);
        Duration ttl = env.positiveDuration(Setting.BATON_TTL);
        if (ttl.compareTo(ttlMax) > 0) {
            if (env.given(Setting.BATON_TTL) != null) {
                throw Env.bad(Setting.BATON_TTL, env.text(Setting.BATON_TTL), "is longer than BATON_TTL_MAX");
            }
            ttl = ttlMax;
        }
        Duration putWait = env.given(Setting.BATON_PUT_WAIT) == null ? overall : env.duration(Setting.BATON_PUT_WAIT);
        return new ObjectSettings(store, ttl, ttlMax, putWait, env.count(Setting.BATON_TOMBSTONES, 1, 1 << 24));
    }

    private TransferSettings transfer(long limit, Bind bind) {
        int window = (int) env.bytes(Setting.BATON_WINDOW, 64 << 10, 1 << 30);
        int windows = env.given(Setting.BATON_WINDOWS) == null
                ? limit > 0 ? Math.clamp(limit / 8 / window, FEWEST_WINDOWS, MOST_WINDOWS) : MOST_WINDOWS
                : env.count(Setting.BATON_WINDOWS, 1, 65536);
        String streaming = env.text(Setting.BATON_STREAMING);
        return new TransferSettings(
                window,
                windows,
                env.bytes(Setting.BATON_INLINE_BYTES, 0, 64 << 20),
                switch (streaming) {
                    case "cut-through" -> Streaming.CUT_THROUGH;
                    case "store-and-forward" -> Streaming.STORE_AND_FORWARD;
                    default ->
                        throw Env.bad(
                                Setting.BATON_STREAMING, streaming, "is neither cut-through nor store-and-forward");
                },
                env.flag(Setting.BATON_EARLY_ACCEPT),
                env.positiveDuration(Setting.BATON_CONNECT_TIMEOUT),
                env.positiveDuration(Setting.BATON_PULL_IDLE),
                offerHosts(),
                socket(bind),
                path(Setting.BATON_NODE_DIR));
    }

    private OfferHosts offerHosts() {
        List<String> names = new ArrayList<>();
        for (String name : env.list(Setting.BATON_OFFER_HOSTS)) {
            if (name.equals("*") || name.lastIndexOf('*') > 0 || (name.startsWith("*") && !name.startsWith("*."))) {
                throw Env.bad(Setting.BATON_OFFER_HOSTS, name, "is neither a host nor *. and a domain");
            }
            names.add(name.toLowerCase(Locale.ROOT));
        }
        String domain = env.text(Setting.BATON_CLUSTER_DOMAIN).toLowerCase(Locale.ROOT);
        if (domain.startsWith(".") || domain.endsWith(".")) {
            throw Env.bad(Setting.BATON_CLUSTER_DOMAIN, domain, "begins or ends with a dot");
        }
        return new OfferHosts(List.copyOf(names), domain);
    }

    /**
     * unix(7): the name of an abstract socket has at most 107 bytes after its leading NUL. Sidecars that share a machine share the names
     * too: which of them a function would reach under the default one is chance.
     */
    private @Nullable String socket(Bind bind) {
        if (bind.relaxed() && env.given(Setting.BATON_SOCKET) == null) {
            return null;
        }
        String socket = env.text(Setting.BATON_SOCKET);
        String name = socket.startsWith("@") ? socket.substring(1) : socket;
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) <= ' ' || name.charAt(i) > '~') {
                throw Env.bad(Setting.BATON_SOCKET, socket, "has a character that is not printable ASCII");
            }
        }
        if (name.isEmpty() || name.length() > 107) {
            throw Env.bad(Setting.BATON_SOCKET, socket, "is not a name of 1 to 107 characters");
        }
        return name;
    }

    private AddressGuard pullAddresses(Bind bind) {
        List<Cidr> pods = env.cidrs(Setting.BATON_POD_CIDRS);
        List<Cidr> denied = new ArrayList<>(env.cidrs(Setting.BATON_SERVICE_CIDRS));
        String server = env.given(Setting.KUBERNETES_SERVICE_HOST);
        if (server != null) {
            InetAddress address = Addresses.parse(server);
            if (address != null) {
                denied.add(Cidr.of(address.getAddress(), address.getAddress().length * 8));
            } else if (pods.isEmpty()) {
                // Some clusters put a name there; nothing is looked up, so that it cannot be kept out.
                env.warn(
                        "KUBERNETES_SERVICE_HOST is not an address: set BATON_POD_CIDRS to keep references away from it");
            }
        }
        return new AddressGuard(pods, denied, bind.relaxed());
    }

    private KeySettings keys(Identity identity, Duration ttlMax) {
        String tenant = env.given(Setting.BATON_TENANT);
        String directory = env.text(Setting.BATON_KEYS_DIR);
        KeySettings.Source source;
        // A folder that was asked for may appear later; the default one counts only when it is there.
        if (env.given(Setting.BATON_KEYS_DIR) != null || host.exists(directory)) {
            source = new KeySettings.Directory(host.path(directory));
        } else if (Files.exists(certificates(PRIVATE_KEY))) {
            source = new KeySettings.ServingCertificate(certificates(PRIVATE_KEY));
        } else {
            source = new KeySettings.ProcessOnly();
            env.warn("no sealing keys are mounted: references work inside this pod only");
        }
        return new KeySettings(
                source,
                tenant == null ? identity.namespace() : tenant,
                identity.namespace(),
                KEY_REFRESH,
                ADOPT_KEY_AFTER,
                ttlMax);
    }

    private @Nullable Path path(Setting setting) {
        String value = env.given(setting);
        if (value == null) {
            return null;
        }
        if (value.indexOf('\0') >= 0) {
            throw Env.bad(setting, value, "is not a path");
        }
        return host.path(value);
    }
}
