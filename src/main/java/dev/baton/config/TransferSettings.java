package dev.baton.config;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How object bytes travel between sidecars.
 *
 * @param windowBytes memory of one running transfer, in bytes
 * @param windows transfers that run at once; further ones wait
 * @param inlineBytes largest body that {@code invoke} sends inside the request instead of by reference, in bytes
 * @param streaming when a reader may start
 * @param earlyAccept requests are taken in and their objects pulled before the user's container is ready
 * @param connectTimeout time for a producer's sidecar to accept a connection
 * @param pullIdle longest silence during a pull, on either side
 * @param offerHosts hosts that may be sent a reference
 * @param socket name of the abstract UNIX socket, without the leading {@code @}; null for none
 * @param nodeDirectory folder shared by the sidecars of one node, or null for none
 */
public record TransferSettings(
        int windowBytes,
        int windows,
        long inlineBytes,
        Streaming streaming,
        boolean earlyAccept,
        Duration connectTimeout,
        Duration pullIdle,
        OfferHosts offerHosts,
        @Nullable String socket,
        @Nullable Path nodeDirectory) {

    /** When a reader of an object that is still being written may start. */
    public enum Streaming {
        /** As soon as there is a first byte. */
        CUT_THROUGH,
        /** When the object is complete. */
        STORE_AND_FORWARD
    }
}
