package dev.baton.demo;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where one pod lives: what Kubernetes would have decided for it.
 *
 * @param name the pod's name
 * @param address the pod's IP address
 * @param loopback the address under which its two containers reach each other
 * @param enter the command that runs another one in the pod's network namespace; empty without namespaces
 * @param socket the socket over which its two containers pass memory; abstract, one name space for each network namespace
 * @param sidecar what the sidecar's environment needs for this place
 */
record Place(
        String name, String address, String loopback, String socket, List<String> enter, Map<String, String> sidecar) {
    static final int SERVING_PORT = 8012;
    static final int PULL_PORT = 8013;
    static final int API_PORT = 8022;
    static final int STAT_PORT = 9090;
    static final int USER_PORT = 8080;

    InetSocketAddress serving() {
        return new InetSocketAddress(address, SERVING_PORT);
    }

    /** The object API as the pod's own function sees it. */
    String objectApi() {
        return "http://" + loopback + ":" + API_PORT;
    }

    List<String> command(List<String> command) {
        return Stream.concat(enter.stream(), command.stream()).toList();
    }
}
