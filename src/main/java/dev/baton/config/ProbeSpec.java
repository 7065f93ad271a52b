package dev.baton.config;

import java.time.Duration;
import java.util.List;

/**
 * One readiness probe of the user's containers, from SERVING_READINESS_PROBE.
 *
 * @param action what is asked
 * @param period time between two probes of the kubelet; zero is Knative's own default probe, which tries every 50 ms for up to 10 s
 * @param timeout limit of one attempt when {@code period} is not zero
 * @param successThreshold successes in a row that an aggressive probe needs, at least 1
 */
public record ProbeSpec(Action action, Duration period, Duration timeout, int successThreshold) {

    /** Whether this is Knative's default probe: many quick attempts within one health check. */
    public boolean aggressive() {
        return period.isZero();
    }

    /** What a probe asks. */
    public sealed interface Action {}

    /**
     * A GET that is answered by a status of 200 to 399.
     *
     * @param host a name or an address without brackets
     * @param path begins with a slash
     */
    public record HttpGet(boolean https, String host, int port, String path, List<Header> headers) implements Action {}

    /** A connection that is accepted. */
    public record TcpSocket(String host, int port) implements Action {}

    /** A {@code grpc.health.v1} check, in plain text, that answers SERVING. */
    public record Grpc(String host, int port, String service) implements Action {}

    /** Not supported at run time: the controller turns it into another kind, so that reaching one is an error to report. */
    public record Exec() implements Action {}

    /** A probe without an action: it never succeeds. */
    public record None() implements Action {}

    /** A field of the request, as given. */
    public record Header(String name, String value) {}
}
