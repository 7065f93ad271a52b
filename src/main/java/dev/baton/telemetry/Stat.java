package dev.baton.telemetry;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * One report to Knative's autoscaler: the proto3 message {@code metrics.Stat} of knative/serving. Concurrency is a mean
 * over the reporting period, counts are per second, the uptime is in seconds. Requests that came through the activator
 * ("proxied") are part of both figures of a kind.
 *
 * <p>The field {@code timestamp} (7) exists in the message and is never set by a sidecar.
 */
record Stat(
        String podName,
        double averageConcurrentRequests,
        double averageProxiedConcurrentRequests,
        double requestCount,
        double proxiedRequestCount,
        double processUptime) {

    /** The autoscaler reads no more than this of an answer (six doubles with slack, a pod name, headers of fields). */
    static final int MAX_BYTES = 336;

    private static final int DOUBLES = 5;
    private static final int DOUBLE_FIELD_BYTES = 1 + Double.BYTES;
    private static final int WIRE_TYPE_FIXED64 = 1;
    private static final int WIRE_TYPE_LENGTH_DELIMITED = 2;

    /** The answer before the first second has passed: who is asked, and nothing else. */
    static Stat initial(String podName) {
        return new Stat(podName, 0, 0, 0, 0, 0);
    }

    /**
     * The message's bytes; fields that are zero are left out, as proto3 has it.
     *
     * @throws IllegalArgumentException if the pod name is so long that the autoscaler would cut the message
     */
    byte[] encode() {
        byte[] name = podName.getBytes(StandardCharsets.UTF_8);
        if (name.length > MAX_BYTES - 3 - DOUBLES * DOUBLE_FIELD_BYTES) {
            throw new IllegalArgumentException("pod name of " + name.length + " bytes is too long for a Stat");
        }
        var out = ByteBuffer.allocate(MAX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        if (name.length > 0) {
            out.put((byte) (1 << 3 | WIRE_TYPE_LENGTH_DELIMITED));
            putVarint(out, name.length);
            out.put(name);
        }
        putDouble(out, 2, averageConcurrentRequests);
        putDouble(out, 3, averageProxiedConcurrentRequests);
        putDouble(out, 4, requestCount);
        putDouble(out, 5, proxiedRequestCount);
        putDouble(out, 6, processUptime);
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    private static void putDouble(ByteBuffer out, int field, double value) {
        if (value != 0) {
            out.put((byte) (field << 3 | WIRE_TYPE_FIXED64)).putDouble(value);
        }
    }

    private static void putVarint(ByteBuffer out, int value) {
        int rest = value;
        while (rest >= 0x80) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }
}
