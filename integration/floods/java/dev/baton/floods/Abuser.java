package dev.baton.floods;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * The abusive client, a process of its own so that it can be given less of a processor than the clients whose latency is measured:
 * reads names of {@link Flood}s from its input, lets each loose on one connection, and says how many nanoseconds that took from its
 * first octet to its end, or -1 if it was not closed.
 */
public final class Abuser {
    private static final int ROUNDS_MOST = 2_000_000;
    private static final int PATIENCE_MILLIS = 15_000;

    private Abuser() {}

    /** {@code PORT}: the sidecar's. Ends with its input. */
    public static void main(String[] arguments) throws IOException {
        InetSocketAddress server =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String name = in.readLine(); name != null; name = in.readLine()) {
            System.out.println(abuse(server, Flood.valueOf(name)));
        }
    }

    /** From the connection's first octet, which is before the one that crosses a limit. */
    private static long abuse(InetSocketAddress server, Flood flood) {
        long from = System.nanoTime();
        try (RawHttp2 client = RawHttp2.open(server)) {
            flood.run(client, ROUNDS_MOST);
            return client.closedWithin(PATIENCE_MILLIS) ? client.closedNanos() - from : -1;
        }
    }
}
