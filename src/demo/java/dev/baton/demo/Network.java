package dev.baton.demo;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;

/** The pods and the service addresses that a gateway answers on. */
sealed interface Network extends Closeable permits LoopbackNetwork, NamespaceNetwork {
    /** One line for the reader. */
    String description();

    Place producer();

    Place consumer();

    /** The pod whose sidecar runs functions in Wasm. */
    Place functions();

    Gateway gateway();

    /** The producer function's service. */
    InetSocketAddress producerService();

    /** The consumer function's service; the sidecars are told that its pods may be offered references. */
    InetSocketAddress consumerService();

    /** The consumer function's service under an address that no sidecar is told of: it is only ever called inline. */
    InetSocketAddress outsideService();

    /** The service of the functions in Wasm. */
    InetSocketAddress functionsService();

    @Override
    default void close() throws IOException {
        gateway().close();
    }
}
