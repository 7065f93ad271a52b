package dev.baton;

import java.net.InetAddress;
import java.util.concurrent.ThreadLocalRandom;

/** Addresses for pods that live in one JVM. */
public final class LoopbackAddress {
    private LoopbackAddress() {}

    /** One of sixteen million: tests of other runs on this machine choose others. */
    public static InetAddress any() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return InetAddress.ofLiteral(
                "127." + random.nextInt(2, 250) + "." + random.nextInt(250) + "." + random.nextInt(1, 250));
    }
}
