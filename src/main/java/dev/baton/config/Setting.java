package dev.baton.config;

import static dev.baton.config.Setting.Kind.ADDRESS;
import static dev.baton.config.Setting.Kind.CIDRS;
import static dev.baton.config.Setting.Kind.COUNT;
import static dev.baton.config.Setting.Kind.DECIMAL;
import static dev.baton.config.Setting.Kind.DURATION;
import static dev.baton.config.Setting.Kind.FLAG;
import static dev.baton.config.Setting.Kind.INTEGER;
import static dev.baton.config.Setting.Kind.JSON;
import static dev.baton.config.Setting.Kind.LIST;
import static dev.baton.config.Setting.Kind.PATH;
import static dev.baton.config.Setting.Kind.PORT;
import static dev.baton.config.Setting.Kind.SECONDS;
import static dev.baton.config.Setting.Kind.SIZE;
import static dev.baton.config.Setting.Kind.TEXT;

/**
 * Every variable that Baton knows, the constant's name being the variable's: the one table behind the reader and behind
 * the README's list. A default in brackets is computed and described there; any other is parsed like a given value.
 */
enum Setting {
    // What the Go sidecar of 1.23 reads, in its struct's order as far as a missing one ends the start.
    CONTAINER_CONCURRENCY(INTEGER, "requests that run at once; 0 is no limit"),
    QUEUE_SERVING_PORT(PORT, "main listener: 8012 for an HTTP/1 revision, 8013 for an h2c one"),
    QUEUE_SERVING_TLS_PORT(PORT, "main listener under TLS, opened when the certificate is mounted"),
    USER_PORT(PORT, "where the user's program listens"),
    REVISION_TIMEOUT_SECONDS(SECONDS, "limit of a whole request; 0 answers every request 504"),
    REVISION_RESPONSE_START_TIMEOUT_SECONDS(SECONDS, "0", "limit until the response's first byte; 0 is off"),
    REVISION_IDLE_TIMEOUT_SECONDS(SECONDS, "0", "longest gap between two writes of a response; 0 is off"),
    SERVING_READINESS_PROBE(JSON, "", "Kubernetes probe of the user's container; empty is always ready"),
    ENABLE_HTTP_FULL_DUPLEX(FLAG, "false", "an HTTP/1 response may begin before its request has been read"),
    ENABLE_HTTP2_AUTO_DETECTION(FLAG, "false", "HTTP probes try h2c first"),
    ENABLE_MULTI_CONTAINER_PROBES(FLAG, "false", "SERVING_READINESS_PROBE is an array"),
    SERVING_LOGGING_CONFIG(JSON, "zap configuration; may be empty"),
    SERVING_LOGGING_LEVEL(TEXT, "debug, info, warn, error, dpanic, panic or fatal; may be empty"),
    SERVING_NAMESPACE(TEXT, "the pod's namespace"),
    SERVING_SERVICE(TEXT, "", "the Knative service, if there is one"),
    SERVING_CONFIGURATION(TEXT, "the Knative configuration"),
    SERVING_REVISION(TEXT, "the Knative revision"),
    SERVING_POD(TEXT, "the pod's name in the autoscaler's Stat"),
    SERVING_POD_IP(TEXT, "the pod's address, sealed into references"),
    OBSERVABILITY_CONFIG(JSON, "", "tracing, requestMetrics, runtime and the request log"),
    POD_NAME(TEXT, "[HOSTNAME]", "the pod's name in telemetry"),
    HOSTNAME(TEXT, "", "the pod's name in telemetry when POD_NAME is not set"),
    OTEL_SERVICE_NAME(
            TEXT, "", "service name in telemetry, ahead of SERVING_SERVICE; other OTEL_ variables go to the exporters"),
    METRICS_PROMETHEUS_HOST(TEXT, "", "address of the user metrics' listener, ahead of OBSERVABILITY_CONFIG"),
    METRICS_PROMETHEUS_PORT(
            PORT, "9091", "port of the user metrics' listener, 1024 to 65535, ahead of OBSERVABILITY_CONFIG"),
    METRICS_PROMETHEUS_TLS_CERT(PATH, "", "certificate of that listener; with the key, or neither"),
    METRICS_PROMETHEUS_TLS_KEY(PATH, "", "private key of that listener"),
    METRICS_PROMETHEUS_TLS_CLIENT_AUTH(TEXT, "none", "none, optional or require"),
    METRICS_PROMETHEUS_TLS_CLIENT_CA_FILE(PATH, "", "authorities for its clients' certificates"),
    METRICS_PROMETHEUS_TLS_MIN_VERSION(TEXT, "1.3", "1.2 or 1.3"),
    METRICS_PROMETHEUS_TLS_MAX_VERSION(TEXT, "1.3", "1.2 or 1.3"),
    METRICS_PROMETHEUS_TLS_CIPHER_SUITES(LIST, "", "TLS 1.2 suites by their Go names"),
    METRICS_PROMETHEUS_TLS_CURVE_PREFERENCES(LIST, "", "groups by their Go or standard names"),
    QUEUE_PROXY_TLS_MIN_VERSION(TEXT, "1.3", "1.2 or 1.3, main listener"),
    QUEUE_PROXY_TLS_MAX_VERSION(TEXT, "1.3", "1.2 or 1.3, main listener"),
    QUEUE_PROXY_TLS_CIPHER_SUITES(LIST, "", "TLS 1.2 suites by their Go names, main listener"),
    QUEUE_PROXY_TLS_CURVE_PREFERENCES(LIST, "", "groups by their Go or standard names, main listener"),
    PROFILING_PORT(PORT, "8008", "profiling listener, when OBSERVABILITY_CONFIG enables profiling"),

    // What controllers before 1.19 send; read only while OBSERVABILITY_CONFIG is empty.
    SERVING_REQUEST_LOG_TEMPLATE(TEXT, "", "controllers before 1.19: requestLogTemplate"),
    SERVING_ENABLE_REQUEST_LOG(FLAG, "false", "controllers before 1.19: enableRequestLog"),
    SERVING_ENABLE_PROBE_REQUEST_LOG(FLAG, "false", "controllers before 1.19: enableProbeRequestLog"),
    SERVING_REQUEST_METRICS_BACKEND(
            TEXT,
            "none",
            "controllers before 1.19: prometheus or none; opencensus, whose protocol has ended, is none and told"),
    SERVING_REQUEST_METRICS_REPORTING_PERIOD_SECONDS(
            SECONDS, "0", "controllers before 1.19: interval between two pushes"),
    METRICS_COLLECTOR_ADDRESS(TEXT, "", "controllers before 1.19: accepted, without effect"),
    METRICS_DOMAIN(TEXT, "", "controllers before 1.20: accepted, without effect"),
    TRACING_CONFIG_BACKEND(TEXT, "none", "controllers before 1.19: zipkin or none"),
    TRACING_CONFIG_DEBUG(FLAG, "false", "controllers before 1.19: every request is traced"),
    TRACING_CONFIG_SAMPLE_RATE(DECIMAL, "0", "controllers before 1.19: share of traced requests, 0 to 1"),
    TRACING_CONFIG_ZIPKIN_ENDPOINT(TEXT, "", "controllers before 1.19: URL of the collector"),
    ENABLE_PROFILING(FLAG, "false", "controllers before 1.19: runtime.profiling"),

    // From Kubernetes itself.
    KUBERNETES_SERVICE_HOST(ADDRESS, "", "the API server's address, which no reference may name"),

    // Baton's own.
    BATON_BIND(
            ADDRESS,
            "",
            "address of every listener and of the user's program; a loopback address relaxes the guards on addresses"),
    BATON_CERTS_DIR(
            PATH, "/var/lib/knative/certs", "folder of tls.crt and tls.key, which open the main listener under TLS"),
    BATON_EVENT_LOOPS(COUNT, "[the processors, at most 4]", "threads that serve all sockets"),
    BATON_HEAD_BYTES(SIZE, "64KiB", "longest head of a request or response"),
    BATON_HEAD_TIMEOUT(DURATION, "10s", "time for a client to send one head, or the beginning of an HTTP/2 connection"),
    BATON_BODY_RATE(
            SIZE,
            "100",
            "least bytes a second of a request body that its client has announced, by Content-Length or by a chunk or frame"
                    + " that has begun; 0 is no limit"),
    BATON_BODY_WINDOW(
            DURATION,
            "30s",
            "time over which BATON_BODY_RATE is averaged; time in which the client is held back, or waits for leave, or"
                    + " reads a response that has begun, does not count"),
    BATON_HTTP2_BURST(
            COUNT,
            "1000",
            "frames beyond what its requests need, that an HTTP/2 client may send at a stretch; a reset stream counts as 5,"
                    + " every answer gives some back, and 30 s give back all"),
    BATON_HEAD_FIELDS(COUNT, "256", "most header fields in one request head, and in one trailer section"),
    BATON_IMITATE(
            LIST, "", "behaviours of the Go sidecar to restore, by their words in the table of deliberate differences"),
    BATON_EXPLAIN_ERRORS(
            FLAG,
            "false",
            "each 5xx of the main port says in Baton-Error and in the log whose it is, and after how long"),
    BATON_CONNECTIONS(COUNT, "16384", "connections of the main port at once; further ones are closed"),
    BATON_SPLICE(
            FLAG,
            "true",
            "bodies of 256 KiB or more of known length pass from socket to socket inside the kernel, uncopied"),
    BATON_DRAIN_QUIET(
            DURATION, "30s", "time without an ordinary request after which a draining sidecar closes its listeners"),
    BATON_STORE_BYTES(SIZE, "[half of the memory limit, else 256MiB]", "budget of all stored objects"),
    BATON_TTL(DURATION, "10m", "life of an object whose producer names none"),
    BATON_TTL_MAX(DURATION, "1h", "longest life of an object, and how long a retired key still opens references"),
    BATON_PUT_WAIT(DURATION, "[REVISION_TIMEOUT_SECONDS]", "how long a put may wait for room before 507"),
    BATON_TOMBSTONES(COUNT, "65536", "freed objects remembered until their expiry"),
    BATON_WINDOW(SIZE, "1MiB", "memory of one running transfer"),
    BATON_WINDOWS(COUNT, "[an eighth of the memory limit, 4 to 64]", "transfers that run at once; further ones wait"),
    BATON_INLINE_BYTES(SIZE, "64KiB", "largest body that an invoke sends inside the request"),
    BATON_STREAMING(TEXT, "cut-through", "cut-through or store-and-forward"),
    BATON_EARLY_ACCEPT(
            FLAG,
            "false",
            "take requests in and pull their objects before the user's container is ready; no effect yet"),
    BATON_CONNECT_TIMEOUT(DURATION, "1s", "time for a producer's sidecar to accept a connection"),
    BATON_PULL_IDLE(DURATION, "30s", "longest silence during a pull"),
    BATON_OFFER_HOSTS(LIST, "", "hosts beyond *.svc that may be sent a reference; *.example.com for a whole domain"),
    BATON_CLUSTER_DOMAIN(TEXT, "cluster.local", "domain of the cluster's service names"),
    BATON_POD_CIDRS(
            CIDRS, "[any unicast address]", "where other pods live: the only addresses that a reference may name"),
    BATON_SERVICE_CIDRS(CIDRS, "", "service addresses, which no reference may name"),
    BATON_TENANT(
            TEXT, "[SERVING_NAMESPACE]", "who shares references; several namespaces may share one name and key set"),
    BATON_KEYS_DIR(
            PATH,
            "/var/run/secrets/baton/keys",
            "sealing keys: one file for each key id with 32 bytes in base64, and current"),
    BATON_SOCKET(
            TEXT,
            "@baton",
            "abstract UNIX socket that passes memory inside the pod; with a loopback BATON_BIND there is none unless it is named"),
    BATON_NODE_DIR(
            PATH, "", "folder shared by the sidecars of one node: objects pass as memory between them; no effect yet"),
    BATON_FUNCTIONS_DIR(PATH, "", "folder of Wasm functions to serve instead of the user's program"),
    BATON_FUNCTIONS_URL(
            TEXT,
            "",
            "where the user's program serves Wasm functions instead, such as http://127.0.0.1:8080: it is asked for"
                    + " /functions.json"),
    BATON_FUNCTIONS_MEMORY(SIZE, "1GiB", "linear memory of all Wasm functions together"),
    BATON_FUNCTIONS_INSTANCE_MEMORY(
            SIZE, "[2GiB less 64KiB]", "linear memory of one instance; what its module declares holds too"),
    BATON_FUNCTIONS_TIMEOUT(
            DURATION, "60s", "wall-clock time of a call, calls inside it included, waiting for its body not"),
    BATON_FUNCTIONS_DEPTH(COUNT, "16", "calls of functions inside calls of functions"),
    BATON_FUNCTIONS_THREADS(COUNT, "64", "calls of functions that run at once; up to 1000 further ones wait");

    /** How a value is written. */
    enum Kind {
        TEXT,
        INTEGER,
        COUNT,
        DECIMAL,
        SECONDS,
        FLAG,
        PORT,
        DURATION,
        SIZE,
        ADDRESS,
        CIDRS,
        LIST,
        PATH,
        JSON
    }

    private static final String REQUIRED = "[required]";

    private final Kind kind;
    private final String fallback;
    private final String meaning;

    Setting(Kind kind, String meaning) {
        this(kind, REQUIRED, meaning);
    }

    Setting(Kind kind, String fallback, String meaning) {
        this.kind = kind;
        this.fallback = fallback;
        this.meaning = meaning;
    }

    Kind kind() {
        return kind;
    }

    /** The default as it would be written, or in brackets where it comes from. */
    String fallback() {
        return fallback;
    }

    String meaning() {
        return meaning;
    }

    boolean required() {
        return fallback.equals(REQUIRED);
    }

    /** Whether the default depends on something else, so that the reader computes it. */
    boolean computed() {
        return fallback.startsWith("[");
    }
}
