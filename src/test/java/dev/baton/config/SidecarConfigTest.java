package dev.baton.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.baton.config.TransferSettings.Streaming;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SidecarConfigTest {
    /** The Go sidecar's struct from top to bottom. */
    private static final List<String> REQUIRED = List.of(
            "CONTAINER_CONCURRENCY",
            "QUEUE_SERVING_PORT",
            "QUEUE_SERVING_TLS_PORT",
            "USER_PORT",
            "REVISION_TIMEOUT_SECONDS",
            "SERVING_LOGGING_CONFIG",
            "SERVING_LOGGING_LEVEL",
            "SERVING_NAMESPACE",
            "SERVING_CONFIGURATION",
            "SERVING_REVISION",
            "SERVING_POD",
            "SERVING_POD_IP");

    @TempDir
    Path root;

    @Test
    void theTwelveRequiredOnesAreEnough() {
        SidecarConfig config = Environment.minimal().read();
        assertThat(config.identity()).isEqualTo(new Identity("ns", "", "conf", "rev-1", "pod-1", "10.1.2.3", ""));
        assertThat(config.ports()).isEqualTo(new Ports(8012, 8112, 8080, 8013));
        assertThat(config.timeouts()).isEqualTo(new Timeouts(Duration.ofMinutes(5), Duration.ZERO, Duration.ZERO));
        assertThat(config.probes()).isEqualTo(new Probes(List.of(), false));
        assertThat(config.proxy().containerConcurrency()).isZero();
        assertThat(config.proxy().headBytes()).isEqualTo(65536);
        assertThat(config.proxy().headTimeout()).hasSeconds(10);
        assertThat(config.proxy().bodyRate()).isEqualTo(100);
        assertThat(config.proxy().bodyWindow()).hasSeconds(30);
        assertThat(config.proxy().drainQuiet()).hasSeconds(30);
        assertThat(config.proxy().eventLoops()).isBetween(1, 4);
        assertThat(config.objects())
                .isEqualTo(new ObjectSettings(
                        256L << 20, Duration.ofMinutes(10), Duration.ofHours(1), Duration.ofMinutes(5), 65536));
        assertThat(config.transfer())
                .isEqualTo(new TransferSettings(
                        1 << 20,
                        64,
                        65536,
                        Streaming.CUT_THROUGH,
                        false,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(30),
                        new OfferHosts(List.of(), "cluster.local"),
                        "baton",
                        null));
        assertThat(config.functions().enabled()).isFalse();
        assertThat(config.tls().mounted()).isFalse();
        assertThat(config.warnings()).singleElement().asString().contains("no sealing keys");
    }

    @Test
    void theFirstMissingOneIsNamedInTheGoSidecarsWords() {
        for (int first = 0; first < REQUIRED.size(); first++) {
            Environment environment = Environment.minimal();
            for (String missing : REQUIRED.subList(first, REQUIRED.size())) {
                environment.without(missing);
            }
            assertThatExceptionOfType(ConfigException.class)
                    .isThrownBy(environment::read)
                    .withMessage("required key " + REQUIRED.get(first) + " missing value");
        }
    }

    @Test
    void aBadOneBeforeAMissingOneIsNamedFirst() {
        failure(
                Environment.minimal().with("CONTAINER_CONCURRENCY", "many").without("USER_PORT"),
                "CONTAINER_CONCURRENCY");
        failure(Environment.minimal().with("REVISION_TIMEOUT_SECONDS", "x").without("USER_PORT"), "USER_PORT");
    }

    @ParameterizedTest
    @CsvSource({
        "CONTAINER_CONCURRENCY,abc",
        "CONTAINER_CONCURRENCY,''",
        "CONTAINER_CONCURRENCY,1.5",
        "CONTAINER_CONCURRENCY,#10",
        "QUEUE_SERVING_PORT,http",
        "QUEUE_SERVING_PORT,65536",
        "QUEUE_SERVING_TLS_PORT,-1",
        "USER_PORT,0",
        "USER_PORT,''",
        "REVISION_TIMEOUT_SECONDS,5s",
        "REVISION_RESPONSE_START_TIMEOUT_SECONDS,''",
        "REVISION_IDLE_TIMEOUT_SECONDS,ten",
        "ENABLE_HTTP_FULL_DUPLEX,yes",
        "ENABLE_HTTP2_AUTO_DETECTION,''",
        "ENABLE_MULTI_CONTAINER_PROBES,2",
        "SERVING_READINESS_PROBE,{",
        "SERVING_READINESS_PROBE,[]",
        "OBSERVABILITY_CONFIG,x",
        "PROFILING_PORT,0",
        "QUEUE_PROXY_TLS_MIN_VERSION,1.1",
        "QUEUE_PROXY_TLS_CIPHER_SUITES,TLS_RSA_WITH_RC4_128_SHA",
        "QUEUE_PROXY_TLS_CURVE_PREFERENCES,P-224",
        "QUEUE_PROXY_TLS_MAX_VERSION,3",
        "SERVING_ENABLE_REQUEST_LOG,maybe",
        "TRACING_CONFIG_SAMPLE_RATE,2",
        "TRACING_CONFIG_DEBUG,on",
        "BATON_BIND,localhost",
        "BATON_BIND,127.1",
        "BATON_EVENT_LOOPS,0",
        "BATON_HEAD_BYTES,10",
        "BATON_HEAD_TIMEOUT,0s",
        "BATON_BODY_RATE,-1",
        "BATON_BODY_WINDOW,0s",
        "BATON_DRAIN_QUIET,30",
        "BATON_STORE_BYTES,0",
        "BATON_STORE_BYTES,1TiB",
        "BATON_STORE_BYTES,-1",
        "BATON_TTL,2h",
        "BATON_TTL,1d",
        "BATON_TTL_MAX,9999999h",
        "BATON_PUT_WAIT,1.5s",
        "BATON_TOMBSTONES,many",
        "BATON_WINDOW,1KiB",
        "BATON_WINDOW,8GiB",
        "BATON_WINDOWS,0",
        "BATON_INLINE_BYTES,1GiB",
        "BATON_STREAMING,fast",
        "BATON_EARLY_ACCEPT,yes",
        "BATON_CONNECT_TIMEOUT,0ms",
        "BATON_PULL_IDLE,forever",
        "BATON_OFFER_HOSTS,*",
        "BATON_OFFER_HOSTS,a.*.b",
        "BATON_CLUSTER_DOMAIN,.local",
        "BATON_POD_CIDRS,10.0.0.0/33",
        "BATON_SERVICE_CIDRS,services",
        "BATON_SOCKET,@",
        "BATON_FUNCTIONS_MEMORY,much",
        "BATON_FUNCTIONS_INSTANCE_MEMORY,2GiB",
        "BATON_FUNCTIONS_INSTANCE_MEMORY,1KiB",
        "BATON_FUNCTIONS_TIMEOUT,0s",
        "BATON_FUNCTIONS_DEPTH,0",
        "BATON_FUNCTIONS_DEPTH,65",
        "BATON_FUNCTIONS_THREADS,0",
        "BATON_FUNCTIONS_THREADS,many",
        "BATON_FUNCTIONS_URL,https://127.0.0.1:8080",
        "BATON_FUNCTIONS_URL,http://10.1.2.3:8080",
        "BATON_FUNCTIONS_URL,http://localhost:8080",
        "BATON_FUNCTIONS_URL,http://127.0.0.1:8080/f",
        "BATON_FUNCTIONS_URL,http://u@127.0.0.1:8080",
        "BATON_FUNCTIONS_URL,http://127.0.0.1:99999",
        "BATON_FUNCTIONS_URL,http://127.0.0.1?x",
        "BATON_FUNCTIONS_URL,127.0.0.1:8080",
        "BATON_FUNCTIONS_URL,http://169.254.169.254",
        "BATON_FUNCTIONS_URL,http:/ /",
    })
    void aBadValueIsOneLineThatNamesItsVariable(String name, String value) {
        failure(Environment.minimal().with(name, value), name);
    }

    @Test
    void theLineStaysOneShortLineWhateverTheValue() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> Environment.minimal()
                        .with("CONTAINER_CONCURRENCY", "1\n2\u0085\u001b[31m" + "9".repeat(100_000))
                        .read())
                .satisfies(e -> assertThat(e.getMessage())
                        .hasSizeLessThan(150)
                        .doesNotContain("\n", "\u0085", "\u001b")
                        .startsWith("CONTAINER_CONCURRENCY: '1?2??[31m999"));
    }

    @ParameterizedTest
    @CsvSource({"-5,0", "0,0", "7,7", "0x10,16", "010,8", "+3,3", "9999999999,2147483647"})
    void concurrencyIsReadAsGoReadsIt(String text, int concurrency) {
        SidecarConfig config =
                Environment.minimal().with("CONTAINER_CONCURRENCY", text).read();
        assertThat(config.proxy().containerConcurrency()).isEqualTo(concurrency);
        assertThat(config.proxy().queueDepth()).isGreaterThanOrEqualTo(concurrency > 0 ? 10 : 0);
        assertThat(config.proxy().idleUpstreamConnections()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "t", "T", "TRUE", "true", "True"})
    void flagsAreReadAsGoReadsThem(String text) {
        assertThat(Environment.minimal()
                        .with("ENABLE_HTTP_FULL_DUPLEX", text)
                        .read()
                        .proxy()
                        .fullDuplex())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"500ms,500", "2s,2000", "10m,600000", "1h,3600000", "0s,0"})
    void durations(String text, long millis) {
        assertThat(Environment.minimal()
                        .with("BATON_DRAIN_QUIET", text)
                        .read()
                        .proxy()
                        .drainQuiet())
                .hasMillis(millis);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "65536,65536", "64KiB,65536", "3MiB,3145728", "2GiB,2147483648"})
    void sizes(String text, long bytes) {
        assertThat(Environment.minimal()
                        .with("BATON_STORE_BYTES", text)
                        .read()
                        .objects()
                        .storeBytes())
                .isEqualTo(bytes);
    }

    @Test
    void anEmptySettingOfBatonsIsItsDefault() {
        Environment environment = Environment.minimal();
        for (Setting setting : Setting.values()) {
            if (setting.name().startsWith("BATON_")) {
                environment.with(setting.name(), "");
            }
        }
        SidecarConfig defaults = Environment.minimal().read();
        SidecarConfig empty = environment.read();
        assertThat(empty.objects()).isEqualTo(defaults.objects());
        assertThat(empty.transfer()).isEqualTo(defaults.transfer());
        assertThat(empty.proxy()).isEqualTo(defaults.proxy());
        assertThat(empty.keys()).isEqualTo(defaults.keys());
        assertThat(empty.bind()).isEqualTo(defaults.bind());
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:8080,http://127.0.0.1:8080",
        "http://127.0.0.1:8080/,http://127.0.0.1:8080",
        "http://[::1]:9000,http://[::1]:9000",
        "http://127.0.0.1,http://127.0.0.1"
    })
    void functionsMayBeServedByTheProgramInThePod(String value, String url) {
        FunctionSettings functions =
                Environment.minimal().with("BATON_FUNCTIONS_URL", value).read().functions();
        assertThat(functions.enabled()).isTrue();
        assertThat(functions.url()).hasToString(url);
    }

    @Test
    void functionsComeFromOnePlace() {
        failure(
                Environment.minimal()
                        .with("BATON_FUNCTIONS_URL", "http://127.0.0.1:8080")
                        .with("BATON_FUNCTIONS_DIR", "/functions"),
                "BATON_FUNCTIONS_URL");
    }

    @Test
    void everySettingOfBatonsIsHeard() {
        SidecarConfig config = Environment.minimal()
                .with("BATON_TTL", "5s")
                .with("BATON_TTL_MAX", "30m")
                .with("BATON_PUT_WAIT", "250ms")
                .with("BATON_TOMBSTONES", "10")
                .with("BATON_WINDOW", "256KiB")
                .with("BATON_WINDOWS", "3")
                .with("BATON_INLINE_BYTES", "0")
                .with("BATON_STREAMING", "store-and-forward")
                .with("BATON_EARLY_ACCEPT", "true")
                .with("BATON_CONNECT_TIMEOUT", "3s")
                .with("BATON_PULL_IDLE", "1m")
                .with("BATON_OFFER_HOSTS", "Fn.Example.COM, *.apps.example.com")
                .with("BATON_CLUSTER_DOMAIN", "Corp.Local")
                .with("BATON_SOCKET", "other")
                .with("BATON_NODE_DIR", "/run/baton")
                .with("BATON_FUNCTIONS_DIR", "/functions")
                .with("BATON_FUNCTIONS_MEMORY", "3MiB")
                .with("BATON_FUNCTIONS_INSTANCE_MEMORY", "1MiB")
                .with("BATON_FUNCTIONS_TIMEOUT", "90s")
                .with("BATON_FUNCTIONS_DEPTH", "3")
                .with("BATON_FUNCTIONS_THREADS", "5")
                .with("BATON_EVENT_LOOPS", "7")
                .with("BATON_HEAD_BYTES", "8KiB")
                .with("BATON_HEAD_TIMEOUT", "4s")
                .with("BATON_BODY_RATE", "1KiB")
                .with("BATON_BODY_WINDOW", "5s")
                .with("BATON_TENANT", "team")
                .read();
        assertThat(config.objects().ttl()).hasSeconds(5);
        assertThat(config.objects().ttlMax()).hasSeconds(1800);
        assertThat(config.objects().putWait()).hasMillis(250);
        assertThat(config.objects().tombstones()).isEqualTo(10);
        TransferSettings transfer = config.transfer();
        assertThat(transfer.windowBytes()).isEqualTo(256 << 10);
        assertThat(transfer.windows()).isEqualTo(3);
        assertThat(transfer.inlineBytes()).isZero();
        assertThat(transfer.streaming()).isEqualTo(Streaming.STORE_AND_FORWARD);
        assertThat(transfer.earlyAccept()).isTrue();
        assertThat(transfer.connectTimeout()).hasSeconds(3);
        assertThat(transfer.pullIdle()).hasSeconds(60);
        assertThat(transfer.offerHosts())
                .isEqualTo(new OfferHosts(List.of("fn.example.com", "*.apps.example.com"), "corp.local"));
        assertThat(transfer.socket()).isEqualTo("other");
        assertThat(transfer.nodeDirectory()).hasFileName("baton");
        assertThat(config.functions().enabled()).isTrue();
        assertThat(config.functions().directory()).hasFileName("functions");
        assertThat(config.functions().memoryBytes()).isEqualTo(3 << 20);
        assertThat(config.functions().instanceBytes()).isEqualTo(1 << 20);
        assertThat(config.functions().call()).hasSeconds(90);
        assertThat(config.functions().depth()).isEqualTo(3);
        assertThat(config.functions().threads()).isEqualTo(5);
        assertThat(config.proxy().eventLoops()).isEqualTo(7);
        assertThat(config.proxy().headBytes()).isEqualTo(8192);
        assertThat(config.proxy().headTimeout()).hasSeconds(4);
        assertThat(config.proxy().bodyRate()).isEqualTo(1024);
        assertThat(config.proxy().bodyWindow()).hasSeconds(5);
        assertThat(config.keys().tenant()).isEqualTo("team");
        assertThat(config.keys().namespace()).isEqualTo("ns");
        assertThat(config.keys().retention()).hasSeconds(1800);
    }

    @Test
    void theH2cRevisionPullsOnTheOtherPort() {
        assertThat(Environment.minimal()
                        .with("QUEUE_SERVING_PORT", "8013")
                        .read()
                        .ports()
                        .pull())
                .isEqualTo(8012);
    }

    @Test
    void negativeTimeoutsCountAsZero() {
        SidecarConfig config = Environment.minimal()
                .with("REVISION_TIMEOUT_SECONDS", "-1")
                .with("REVISION_IDLE_TIMEOUT_SECONDS", "99999999999")
                .read();
        assertThat(config.timeouts().overall()).isZero();
        assertThat(config.timeouts().idle()).hasSeconds(Integer.MAX_VALUE);
    }

    @Test
    void everyInterfaceAndTheUsersLoopbackByDefault() throws Exception {
        Bind bind = Environment.minimal().read().bind();
        assertThat(bind.listen().isAnyLocalAddress()).isTrue();
        assertThat(bind.user()).isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
        assertThat(bind.own()).isEqualTo(InetAddress.ofLiteral("10.1.2.3"));
        assertThat(bind.relaxed()).isFalse();
    }

    @Test
    void oneLoopbackAddressForAllOfAPodRelaxesTheGuardsAndSaysSo() throws Exception {
        SidecarConfig config = Environment.minimal()
                .with("BATON_BIND", "127.0.1.5")
                .with("SERVING_READINESS_PROBE", "{\"httpGet\":{\"host\":\"127.0.0.1\",\"port\":0}}")
                .read();
        InetAddress address = InetAddress.ofLiteral("127.0.1.5");
        assertThat(List.of(
                        config.bind().listen(),
                        config.bind().user(),
                        config.bind().own()))
                .containsOnly(address);
        assertThat(config.bind().relaxed()).isTrue();
        assertThat(config.warnings()).anySatisfy(line -> assertThat(line).contains("guards on addresses are relaxed"));
        assertThat(config.probes().specs().getFirst().action())
                .isEqualTo(new ProbeSpec.HttpGet(false, "127.0.1.5", 8080, "/", List.of()));
        assertThat(config.pullAddresses().allows(InetAddress.ofLiteral("127.0.1.6"), 40000))
                .isTrue();
    }

    @Test
    void aPodWithoutAUsableAddressStillStarts() {
        for (String address : List.of("", "pod.local", "127.1", "fe80::1%eth0")) {
            SidecarConfig config =
                    Environment.minimal().with("SERVING_POD_IP", address).read();
            assertThat(config.bind().own().isLoopbackAddress()).isTrue();
            assertThat(config.warnings()).anySatisfy(line -> assertThat(line).contains("SERVING_POD_IP"));
        }
    }

    @Test
    void keysComeFromTheFolderElseTheCertificateElseTheProcess() throws IOException {
        assertThat(Environment.minimal().read(root).keys().source()).isEqualTo(new KeySettings.ProcessOnly());
        Path certificates = Files.createDirectories(root.resolve("var/lib/knative/certs"));
        Path key = Files.writeString(certificates.resolve("tls.key"), "x");
        SidecarConfig half = Environment.minimal().read(root);
        assertThat(half.keys().source()).isEqualTo(new KeySettings.ServingCertificate(key));
        assertThat(half.tls().mounted()).isFalse();
        assertThat(half.warnings()).isEmpty();
        Files.writeString(certificates.resolve("tls.crt"), "x");
        assertThat(Environment.minimal().read(root).tls().mounted()).isTrue();
        Path folder = Files.createDirectories(root.resolve("var/run/secrets/baton/keys"));
        assertThat(Environment.minimal().read(root).keys().source()).isEqualTo(new KeySettings.Directory(folder));
        // One that was asked for may be mounted later.
        assertThat(Environment.minimal()
                        .with("BATON_KEYS_DIR", "/later")
                        .read(root)
                        .keys()
                        .source())
                .isEqualTo(new KeySettings.Directory(root.resolve("later")));
    }

    @Test
    void theStoreTakesHalfOfTheMemoryLimit() throws IOException {
        Path limit = root.resolve("sys/fs/cgroup/memory.max");
        Files.createDirectories(limit.getParent());
        Files.writeString(limit, "268435456\n");
        SidecarConfig config = Environment.minimal().read(root);
        assertThat(config.objects().storeBytes()).isEqualTo(128L << 20);
        assertThat(config.transfer().windows()).isEqualTo(32);
        Files.writeString(limit, "16777216\n");
        assertThat(Environment.minimal().read(root).transfer().windows()).isEqualTo(4);
        assertThat(Environment.minimal()
                        .with("BATON_STORE_BYTES", "1GiB")
                        .read(root)
                        .warnings())
                .anySatisfy(line -> assertThat(line).contains("exceed the memory limit"));
    }

    @Test
    void telemetryNamesThePodByPodNameElseHostname() {
        assertThat(Environment.minimal().with("HOSTNAME", "h").read().identity().host())
                .isEqualTo("h");
        assertThat(Environment.minimal()
                        .with("HOSTNAME", "h")
                        .with("POD_NAME", "p")
                        .read()
                        .identity()
                        .host())
                .isEqualTo("p");
    }

    private static void failure(Environment environment, String name) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(environment::read)
                .satisfies(e -> assertThat(e.getMessage()).contains(name).doesNotContain("\n"));
    }
}
