package dev.baton.metrics;

import java.util.Comparator;

/** In which order series are told: any, but always the same. */
final class Order {
    static final Comparator<ServerKey> OF_SERVERS = Comparator.comparing(ServerKey::method)
            .thenComparing(ServerKey::status)
            .thenComparing(ServerKey::tag)
            .thenComparing(ServerKey::version)
            .thenComparing(ServerKey::host)
            .thenComparing(ServerKey::tls);

    static final Comparator<ClientKey> OF_CLIENTS = Comparator.comparing(ClientKey::method)
            .thenComparing(ClientKey::status)
            .thenComparing(ClientKey::error)
            .thenComparing(ClientKey::tag)
            .thenComparing(ClientKey::version);

    private Order() {}
}
