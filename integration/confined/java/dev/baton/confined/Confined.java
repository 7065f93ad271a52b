package dev.baton.confined;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;

/**
 * Starts a program that gives back what it gets, a sidecar in front of it by the command that is given, and sends bodies through.
 * Exit code 0 if all came back and the sidecar ended in order.
 */
public final class Confined {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int SMALL = 1000;
    private static final int LARGE = 10_000_000;
    private static final int AT_ONCE = 4;

    private final String address = "127." + (64 + (ProcessHandle.current().pid() >> 8) % 128) + "."
            + ProcessHandle.current().pid() % 256 + ".1";
    private final List<String> faults = new CopyOnWriteArrayList<>();

    private Confined() {}

    /** Arguments: the bytes of memory that the sidecar may have, and its command. */
    public static void main(String[] args) throws IOException, InterruptedException {
        System.exit(new Confined().run(Long.parseLong(args[0]), List.of(args).subList(1, args.length)) ? 0 : 1);
    }

    private boolean run(long memory, List<String> command) throws IOException, InterruptedException {
        Path out = Files.createTempFile("baton-confined", ".out");
        Path err = Files.createTempFile("baton-confined", ".err");
        System.setProperty("jdk.internal.httpclient.disableHostnameVerification", "true");
        DisposableServer program = HttpServer.create()
                .host(address)
                .port(8080)
                .protocol(HttpProtocol.HTTP11, HttpProtocol.H2C)
                // All of it first: the JDK's client reads no answer before it has sent its request.
                .handle((request, response) ->
                        response.sendByteArray(request.receive().aggregate().asByteArray()))
                .bindNow();
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().putAll(settings());
        Process sidecar = builder.start();
        try {
            try (HttpClient client = client(Version.HTTP_1_1)) {
                await(sidecar, client);
                object(client);
            }
            requests();
            ProcessHandle jvm = jvm(sidecar);
            status(jvm.pid(), memory);
            jvm.destroy();
            if (!sidecar.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                faults.add("it does not end");
            } else if (sidecar.exitValue() != 0) {
                faults.add("it ended with " + sidecar.exitValue());
            }
            said(Files.readString(out), Files.readString(err));
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            faults.add(e + (sidecar.isAlive() ? "" : "; the sidecar has ended with " + sidecar.exitValue()));
            System.err.println(Files.readString(out) + Files.readString(err));
        } finally {
            sidecar.descendants().forEach(ProcessHandle::destroyForcibly);
            sidecar.destroyForcibly().waitFor();
            program.disposeNow();
            Files.delete(out);
            Files.delete(err);
        }
        faults.forEach(fault -> System.out.println("FAULT: " + fault));
        System.out.println(faults.isEmpty() ? "the sidecar needs nothing that it has not" : "not as it should be");
        return faults.isEmpty();
    }

    private Map<String, String> settings() {
        return Map.ofEntries(
                Map.entry("CONTAINER_CONCURRENCY", "10"),
                Map.entry("QUEUE_SERVING_PORT", "8012"),
                Map.entry("QUEUE_SERVING_TLS_PORT", "8112"),
                Map.entry("USER_PORT", "8080"),
                Map.entry("REVISION_TIMEOUT_SECONDS", "300"),
                Map.entry("SERVING_LOGGING_CONFIG", ""),
                Map.entry("SERVING_LOGGING_LEVEL", "info"),
                Map.entry("SERVING_NAMESPACE", "confined"),
                Map.entry("SERVING_CONFIGURATION", "function"),
                Map.entry("SERVING_REVISION", "function-00001"),
                Map.entry("SERVING_POD", "function-00001-pod"),
                Map.entry("SERVING_POD_IP", address),
                Map.entry("OBSERVABILITY_CONFIG", "{\"requestMetrics\":{\"protocol\":\"prometheus\"}}"),
                Map.entry("BATON_BIND", address),
                Map.entry("BATON_POD_CIDRS", "127.0.0.0/8"),
                Map.entry("BATON_CERTS_DIR", "/certs"),
                Map.entry("BATON_DRAIN_QUIET", "100ms"));
    }

    private HttpClient client(Version version) throws GeneralSecurityException {
        X509TrustManager anybody = new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String kind) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String kind) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, new TrustManager[] {anybody}, null);
        return HttpClient.newBuilder()
                .version(version)
                .sslContext(tls)
                // The pod's own address, from which alone objects are to be had.
                .localAddress(InetAddress.ofLiteral(address))
                .connectTimeout(PATIENCE)
                .build();
    }

    private HttpRequest.Builder request(String where) {
        return HttpRequest.newBuilder(URI.create(where)).timeout(PATIENCE);
    }

    /** Until the control plane is there too, the last one to come. */
    private void await(Process sidecar, HttpClient client) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        HttpRequest health =
                request("http://" + address + ":8022/actuator/health/liveness").build();
        while (true) {
            try {
                if (client.send(health, BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // Not yet.
            }
            if (!sidecar.isAlive() || System.nanoTime() - end > 0) {
                throw new IllegalStateException("the sidecar does not come up");
            }
            Thread.sleep(50);
        }
    }

    private void requests() throws GeneralSecurityException, IOException, InterruptedException {
        for (Version version : new Version[] {Version.HTTP_1_1, Version.HTTP_2}) {
            for (String url : new String[] {"http://" + address + ":8012/", "https://" + address + ":8112/"}) {
                try (HttpClient client = client(version)) {
                    // In clear text a client asks for HTTP/2 with a request that has no body.
                    client.send(request(url).build(), BodyHandlers.discarding());
                    echoes(client, url, SMALL, 50);
                    echoes(client, url, LARGE, 1);
                    echoes(client, url, LARGE, AT_ONCE);
                }
            }
        }
    }

    private void echoes(HttpClient client, String url, int size, int times) throws InterruptedException {
        byte[] body = new byte[size];
        new Random(size).nextBytes(body);
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        try (ExecutorService callers = Executors.newFixedThreadPool(AT_ONCE)) {
            for (int i = 0; i < times; i++) {
                callers.execute(() -> {
                    try {
                        HttpResponse<byte[]> answer = client.send(
                                request(url)
                                        .POST(BodyPublishers.ofByteArray(body))
                                        .build(),
                                BodyHandlers.ofByteArray());
                        if (answer.statusCode() != 200
                                || answer.version() != client.version()
                                || !Arrays.equals(answer.body(), body)) {
                            wrong.add(answer + ", " + answer.version() + ", " + answer.body().length + " bytes");
                        }
                    } catch (IOException | InterruptedException e) {
                        wrong.add(e.toString());
                    }
                });
            }
        }
        String way = (client.version() == Version.HTTP_2 ? "HTTP/2" : "HTTP/1.1")
                + (url.startsWith("https") ? " under TLS" : "");
        wrong.forEach(each -> faults.add(way + ", " + size + " bytes: " + each));
        System.out.printf("%-18s %3d x %,d bytes there and back%n", way, times, size);
    }

    private void object(HttpClient client) throws IOException, InterruptedException {
        byte[] body = new byte[LARGE];
        new Random(1).nextBytes(body);
        String objects = "http://" + address + ":8022/v1/objects";
        String reference = client.send(
                        request(objects).POST(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.ofString())
                .body()
                .strip();
        HttpResponse<byte[]> back =
                client.send(request(objects + "/" + reference).build(), BodyHandlers.ofByteArray());
        if (!Arrays.equals(back.body(), body)) {
            faults.add("an object did not come back: " + back);
        }
        System.out.printf("%-18s %3d x %,d bytes put and got%n", "object", 1, LARGE);
    }

    /** The JVM is what the command has become, or a process below it. */
    private static ProcessHandle jvm(Process sidecar) {
        return Stream.concat(Stream.of(sidecar.toHandle()), sidecar.descendants())
                .filter(each -> each.info().command().orElse("").endsWith("/java"))
                .findFirst()
                .orElseThrow();
    }

    /** What proc(5) tells of it: whether it is confined at all, and how much of its memory was resident at most. */
    private void status(long pid, long memory) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
            String[] words = line.split("\\s+", -1);
            switch (words[0]) {
                case "VmHWM:" -> {
                    long most = Long.parseLong(words[1]) * 1024;
                    System.out.printf("resident at most: %.1f MiB of %.0f%n", most / 1048576.0, memory / 1048576.0);
                    if (most > memory) {
                        faults.add("more memory than it may have");
                    }
                }
                case "Uid:", "Gid:" -> {
                    if (line.matches(".*\\s0(\\s.*)?")) {
                        faults.add("it is root: " + line);
                    }
                }
                case "CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:" -> {
                    if (!words[1].matches("0+")) {
                        faults.add("it has capabilities: " + line);
                    }
                }
                case "NoNewPrivs:" -> {
                    if (!words[1].equals("1")) {
                        faults.add("it may get privileges");
                    }
                }
                default -> {}
            }
        }
    }

    private void said(String out, String err) {
        if (!err.isEmpty()) {
            faults.add("on stderr: " + err);
        }
        out.lines()
                .filter(line -> line.contains("\"severity\":\"ERROR\"") || line.contains("\"severity\":\"EMERGENCY\""))
                .forEach(line -> faults.add("logged: " + line));
        if (!out.contains("Shutdown complete, exiting...")) {
            faults.add("it has not said that it has ended");
        }
    }
}
