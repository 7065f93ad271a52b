package dev.baton.config;

import java.util.ArrayList;
import java.util.List;

/** TLS parameters under their Go names. */
final class TlsReader {
    private TlsReader() {}

    /** QUEUE_PROXY_TLS_*. */
    static TlsParameters servingListener(Env env) {
        return read(
                env,
                Setting.QUEUE_PROXY_TLS_MIN_VERSION,
                Setting.QUEUE_PROXY_TLS_MAX_VERSION,
                Setting.QUEUE_PROXY_TLS_CIPHER_SUITES,
                Setting.QUEUE_PROXY_TLS_CURVE_PREFERENCES);
    }

    /** METRICS_PROMETHEUS_TLS_*. */
    static TlsParameters metricsListener(Env env) {
        return read(
                env,
                Setting.METRICS_PROMETHEUS_TLS_MIN_VERSION,
                Setting.METRICS_PROMETHEUS_TLS_MAX_VERSION,
                Setting.METRICS_PROMETHEUS_TLS_CIPHER_SUITES,
                Setting.METRICS_PROMETHEUS_TLS_CURVE_PREFERENCES);
    }

    private static TlsParameters read(Env env, Setting min, Setting max, Setting suites, Setting groups) {
        int least = version(env, min);
        int most = version(env, max);
        if (least > most) {
            throw Env.bad(min, env.text(min), "is above " + max.name());
        }
        List<String> versions = least == most ? List.of("TLSv1." + least) : List.of("TLSv1.3", "TLSv1.2");
        return new TlsParameters(versions, suites(env, suites), groups(env, groups));
    }

    private static int version(Env env, Setting setting) {
        String value = env.text(setting);
        return switch (value) {
            case "1.2" -> 2;
            case "1.3" -> 3;
            default -> throw Env.bad(setting, value, "is neither 1.2 nor 1.3");
        };
    }

    /** Go's secure suites, whose names are the JDK's; those of TLS 1.3 are accepted and cannot be chosen, as in Go. */
    private static List<String> suites(Env env, Setting setting) {
        List<String> chosen = new ArrayList<>();
        for (String name : env.list(setting)) {
            switch (name) {
                case "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256" -> {}
                case "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
                        "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
                        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
                        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256" -> chosen.add(name);
                default -> throw Env.bad(setting, name, "is not a known cipher suite");
            }
        }
        return List.copyOf(chosen);
    }

    private static List<String> groups(Env env, Setting setting) {
        List<String> chosen = new ArrayList<>();
        for (String name : env.list(setting)) {
            chosen.add(
                    switch (name) {
                        case "X25519" -> "x25519";
                        case "X25519MLKEM768" -> "X25519MLKEM768";
                        case "CurveP256", "P-256" -> "secp256r1";
                        case "CurveP384", "P-384" -> "secp384r1";
                        case "CurveP521", "P-521" -> "secp521r1";
                        default -> throw Env.bad(setting, name, "is not a known curve");
                    });
        }
        return List.copyOf(chosen);
    }
}
