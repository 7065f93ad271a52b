package dev.baton.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/**
 * Each pod in a network namespace of its own, the gateway and this JVM in a third one, the node's; see {@link Namespaces}.
 * The sidecars run with every guard on, on wildcard addresses, as in a cluster.
 */
record NamespaceNetwork(List<String> names, Gateway gateway) implements Network {
    /** Binds the gateway; this JVM is in the node's namespace already. */
    static NamespaceNetwork open(List<String> names) throws IOException {
        NamespaceNetwork network = new NamespaceNetwork(names, new Gateway());
        network.gateway.serve(
                network.producerService(), List.of(network.producer().serving()));
        List<InetSocketAddress> consumers = List.of(network.consumer().serving());
        network.gateway.serve(network.consumerService(), consumers);
        network.gateway.serve(network.outsideService(), consumers);
        network.gateway.serve(
                network.functionsService(), List.of(network.functions().serving()));
        return network;
    }

    @Override
    public String description() {
        return "network namespaces joined by veth, " + Namespaces.PRODUCER + " to " + Namespaces.FUNCTIONS;
    }

    @Override
    public Place producer() {
        return place("producer", Namespaces.PRODUCER, names.get(1));
    }

    @Override
    public Place consumer() {
        return place("consumer", Namespaces.CONSUMER, names.get(2));
    }

    @Override
    public Place functions() {
        return place("wasm", Namespaces.FUNCTIONS, names.get(3));
    }

    @Override
    public InetSocketAddress producerService() {
        return new InetSocketAddress(Namespaces.SERVICES.get(0), 80);
    }

    @Override
    public InetSocketAddress consumerService() {
        return new InetSocketAddress(Namespaces.SERVICES.get(1), 80);
    }

    @Override
    public InetSocketAddress outsideService() {
        return new InetSocketAddress(Namespaces.SERVICES.get(2), 80);
    }

    @Override
    public InetSocketAddress functionsService() {
        return new InetSocketAddress(Namespaces.SERVICES.get(3), 80);
    }

    private static Place place(String name, String address, String namespace) {
        return new Place(name, address, "127.0.0.1", "@baton", List.of("ip", "netns", "exec", namespace), Map.of());
    }
}
