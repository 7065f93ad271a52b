package dev.baton.config;

/**
 * The ports of one pod. Knative reserves 8012, 8013, 8022, 9090 and 9091 and no other, so that everything else of Baton's
 * lives on the admin port or on the one of 8012 and 8013 that the revision does not use.
 *
 * @param serving QUEUE_SERVING_PORT: the main listener; 0 takes any free port
 * @param servingTls QUEUE_SERVING_TLS_PORT: the main listener under TLS
 * @param user USER_PORT: where the user's program listens
 * @param pull the spare one of 8012 and 8013, where other sidecars pull objects
 */
public record Ports(int serving, int servingTls, int user, int pull) {
    /** Main listener of an HTTP/1 revision. */
    public static final int HTTP1 = 8012;

    /** Main listener of an h2c revision. */
    public static final int H2C = 8013;

    /** {@code /wait-for-drain}, the object API and the control plane. */
    public static final int ADMIN = 8022;

    /** The autoscaler's Stat. */
    public static final int STAT = 9090;

    /** The user-visible Prometheus metrics. */
    public static final int USER_METRICS = 9091;

    static int spare(int serving) {
        return serving == H2C ? HTTP1 : H2C;
    }
}
