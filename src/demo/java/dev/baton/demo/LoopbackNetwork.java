package dev.baton.demo;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;

/**
 * All pods on loopback addresses of their own, {@code 127.0.n.1} to {@code 127.0.n.3}, the services on
 * {@code 127.0.n.101} and up. Needs no right at all. Several runs at once each find a block of their own: whoever holds
 * the first service's port holds the block.
 */
record LoopbackNetwork(int block, Gateway gateway) implements Network {
    private static final int SERVICE_PORT = 8080;

    /** Binds the gateway in the first free block. */
    static LoopbackNetwork open() throws IOException {
        BindException last = new BindException("no loopback address is free");
        for (int block = 1; block < 255; block++) {
            Gateway gateway = new Gateway();
            LoopbackNetwork network = new LoopbackNetwork(block, gateway);
            try {
                gateway.serve(
                        network.producerService(), List.of(network.producer().serving()));
                List<InetSocketAddress> consumers = List.of(network.consumer().serving());
                gateway.serve(network.consumerService(), consumers);
                gateway.serve(network.outsideService(), consumers);
                gateway.serve(
                        network.functionsService(), List.of(network.functions().serving()));
                requireFree(network.producer());
                requireFree(network.consumer());
                requireFree(network.functions());
                return network;
            } catch (BindException e) {
                gateway.close();
                last = e;
            }
        }
        throw last;
    }

    @Override
    public String description() {
        return "loopback addresses " + producer().address() + " to "
                + functions().address();
    }

    @Override
    public Place producer() {
        return place("producer", 1);
    }

    @Override
    public Place consumer() {
        return place("consumer", 2);
    }

    @Override
    public Place functions() {
        return place("wasm", 3);
    }

    @Override
    public InetSocketAddress producerService() {
        return new InetSocketAddress(address(101), SERVICE_PORT);
    }

    @Override
    public InetSocketAddress consumerService() {
        return new InetSocketAddress(address(102), SERVICE_PORT);
    }

    @Override
    public InetSocketAddress outsideService() {
        return new InetSocketAddress(address(103), SERVICE_PORT);
    }

    @Override
    public InetSocketAddress functionsService() {
        return new InetSocketAddress(address(104), SERVICE_PORT);
    }

    private Place place(String name, int host) {
        String address = address(host);
        // All that tells these pods from real ones: where to listen, and that loopback addresses may be pulled from.
        Map<String, String> sidecar = Map.of("BATON_BIND", address, "BATON_POD_CIDRS", address(0) + "/24");
        return new Place(name, address, address, "@baton-" + address, List.of(), sidecar);
    }

    private String address(int host) {
        return "127.0." + block + "." + host;
    }

    private static void requireFree(Place place) throws IOException {
        List<Integer> ports =
                List.of(Place.SERVING_PORT, Place.PULL_PORT, Place.API_PORT, Place.STAT_PORT, Place.USER_PORT);
        for (int port : ports) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true);
                probe.bind(new InetSocketAddress(place.address(), port));
            } catch (BindException e) {
                throw new BindException("port " + port + " is taken on " + place.address()
                        + " and on every loopback address like it: does something listen on all addresses?");
            }
        }
    }
}
