package dev.baton.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes a node and three pods of network namespaces: a bridge in the node's namespace, a veth pair from it to each pod.
 * Nothing of the machine's own network is touched; the addresses exist inside these namespaces only.
 */
final class Namespaces {
    static final String PRODUCER = "10.201.0.11";
    static final String CONSUMER = "10.201.0.12";
    static final String FUNCTIONS = "10.201.0.13";
    static final List<String> SERVICES = List.of("10.201.0.101", "10.201.0.102", "10.201.0.103", "10.201.0.104");
    private static final String NODE = "10.201.0.1";

    private Namespaces() {}

    /** @throws IOException with one line for the user if this user or this machine cannot have namespaces */
    static void requirePossible() throws IOException {
        if (!Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
            throw new IOException("--netns needs root");
        }
        String path = System.getenv().getOrDefault("PATH", "");
        if (Stream.of(path.split(":")).noneMatch(folder -> Files.isExecutable(Path.of(folder, "ip")))) {
            throw new IOException("--netns needs the command ip (package iproute2)");
        }
    }

    /**
     * Makes them; returns their names: node, producer, consumer, functions. The janitor knows each before it exists.
     *
     * @throws IOException with one line of what {@code ip} said, if this machine does not allow it
     */
    static List<String> make(Janitor janitor) throws IOException {
        String prefix = "baton-" + ProcessHandle.current().pid();
        List<String> names =
                List.of(prefix + "-node", prefix + "-producer", prefix + "-consumer", prefix + "-functions");
        for (String name : names) {
            janitor.namespace(name);
            ip("netns add " + name);
            ip("-n " + name + " link set lo up");
        }
        String node = "-n " + names.getFirst() + " ";
        ip(node + "link add pods type bridge");
        ip(node + "addr add " + NODE + "/24 dev pods");
        for (String service : SERVICES) {
            ip(node + "addr add " + service + "/24 dev pods");
        }
        ip(node + "link set pods up");
        join(names, 1, PRODUCER);
        join(names, 2, CONSUMER);
        join(names, 3, FUNCTIONS);
        return names;
    }

    private static void join(List<String> names, int pod, String address) throws IOException {
        String node = "-n " + names.getFirst() + " ";
        String inside = "-n " + names.get(pod) + " ";
        ip(node + "link add pod" + pod + " type veth peer name eth0 netns " + names.get(pod));
        ip(node + "link set pod" + pod + " master pods up");
        ip(inside + "addr add " + address + "/24 dev eth0");
        ip(inside + "link set eth0 up");
        ip(inside + "route add default via " + NODE);
    }

    private static void ip(String arguments) throws IOException {
        List<String> command =
                Stream.concat(Stream.of("ip"), Stream.of(arguments.split(" "))).toList();
        Process ip = new ProcessBuilder(new ArrayList<>(command))
                .redirectErrorStream(true)
                .start();
        String said = new String(ip.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (ip.waitFor() != 0) {
                throw new IOException("ip " + arguments + ": "
                        + said.lines().findFirst().orElse("failed").strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
