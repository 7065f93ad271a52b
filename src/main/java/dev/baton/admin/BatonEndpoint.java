package dev.baton.admin;

import dev.baton.telemetry.Traffic;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** {@code /actuator/baton}: what the sidecar has in hand now. Numbers only: never a reference, a key or an address. */
@Endpoint(id = "baton")
final class BatonEndpoint {
    private final Traffic traffic;

    BatonEndpoint(Traffic traffic) {
        this.traffic = traffic;
    }

    /** @param inFlight requests on the main port that are not completely done */
    record Requests(long arrived, long inFlight) {}

    record State(Requests requests) {}

    @ReadOperation
    State state() {
        return new State(new Requests(traffic.arrivals(), traffic.inFlight()));
    }
}
