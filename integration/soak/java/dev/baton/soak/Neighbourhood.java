package dev.baton.soak;

import java.net.InetSocketAddress;

/**
 * Where the clients find what they talk to.
 *
 * @param main port of the pod that all load comes to
 * @param api object API of that pod, which gets the objects
 * @param producer object API of the pod that the objects come from
 * @param tls main port under TLS
 */
record Neighbourhood(InetSocketAddress main, InetSocketAddress api, InetSocketAddress producer, Tls tls) {
    /** URL of a path of the user's program, by way of the main port. */
    String target(String path) {
        return "http://" + main.getAddress().getHostAddress() + ":" + main.getPort() + "/" + path;
    }
}
