package dev.baton.soak;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Two running sidecars with one key, each in front of the same program: the load's, which gets objects, and the producer's, where they
 * are put and which calls the other. Blocks.
 */
record Pods(Watched consumer, Watched producer) implements AutoCloseable {
    /** Objects that nobody has got or deleted are to be gone soon after the load. */
    private static final String TTL = "4s";

    private static final int KEY_BYTES = 32;

    /** @param addresses the consumer's and the producer's */
    static Pods start(List<String> command, Path dist, List<String> addresses, Path folder, String log)
            throws IOException {
        Path keys = folder.resolve("keys");
        if (!Files.exists(keys)) {
            Files.createDirectory(keys);
            // A key that protects nothing but this run.
            Files.writeString(keys.resolve("k1"), Base64.getEncoder().encodeToString(new byte[KEY_BYTES]));
            Files.writeString(keys.resolve("current"), "k1\n");
        }
        Map<String, String> settings =
                Map.of("BATON_KEYS_DIR", keys.toString(), "BATON_TTL", TTL, "BATON_OFFER_HOSTS", addresses.getFirst());
        Watched consumer = Watched.start(
                command, dist, addresses.getFirst(), folder, folder.resolve(log + "-consumer.log"), settings);
        try {
            return new Pods(
                    consumer,
                    Watched.start(
                            command,
                            dist,
                            addresses.getLast(),
                            folder,
                            folder.resolve(log + "-producer.log"),
                            settings));
        } catch (IOException | RuntimeException failure) {
            consumer.close();
            throw failure;
        }
    }

    /** What both hold, the consumer first. */
    List<Holding> holding() throws IOException {
        long pulling = consumer.connectionsTo(Watched.PULL);
        long pulled = producer.connectionsTo(Watched.PULL);
        long calling = producer.connectionsTo(Watched.MAIN);
        return List.of(
                consumer.holding(pulling + pulled + calling, calling), producer.holding(pulling + pulled + calling, 0));
    }

    Neighbourhood neighbourhood(Tls tls) {
        return new Neighbourhood(
                at(consumer, Watched.MAIN), at(consumer, Watched.ADMIN), at(producer, Watched.ADMIN), tls);
    }

    private static InetSocketAddress at(Watched sidecar, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(sidecar.address()), port);
    }

    boolean alive() {
        return consumer.alive() && producer.alive();
    }

    void collectGarbage() throws IOException, InterruptedException {
        consumer.collectGarbage();
        producer.collectGarbage();
    }

    List<String> logLines(String text) throws IOException {
        List<String> lines = new java.util.ArrayList<>(consumer.logLines(text));
        lines.addAll(producer.logLines(text));
        return lines;
    }

    @Override
    public void close() {
        consumer.close();
        producer.close();
    }
}
