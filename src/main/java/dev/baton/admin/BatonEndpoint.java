package dev.baton.admin;

import dev.baton.store.ObjectStore;
import dev.baton.store.StoreFigures;
import dev.baton.telemetry.Traffic;
import dev.baton.transfer.Transfer;
import dev.baton.transfer.TransferFigures;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** {@code /actuator/baton}: what the sidecar has in hand now. Numbers only: never a reference, a key or an address. */
@Endpoint(id = "baton")
final class BatonEndpoint {
    private final Traffic traffic;
    private final ObjectStore store;
    private final Transfer transfer;

    BatonEndpoint(Traffic traffic, ObjectStore store, Transfer transfer) {
        this.traffic = traffic;
        this.store = store;
        this.transfer = transfer;
    }

    /**
     * Requests on the main port, health checks left out.
     *
     * @param arrived since the start
     * @param inFlight not completely done
     */
    record Requests(long arrived, long inFlight) {}

    /** Object bytes over the pull ports since the start. */
    record Pulled(long bytesIn, long bytesOut) {}

    /** Everything. */
    record State(Requests requests, StoreFigures objects, TransferFigures transfers, Pulled pulled) {}

    @ReadOperation
    State state() {
        return new State(
                new Requests(traffic.arrivals(), traffic.inFlight()),
                store.figures(),
                transfer.figures(),
                new Pulled(transfer.stats().pullBytesIn(), transfer.stats().pullBytesOut()));
    }
}
