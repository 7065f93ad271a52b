package dev.baton.soak;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/** Clients of the port under TLS: good ones, and those that fail the handshake or leave. */
final class TlsScenarios {
    static final byte[] GARBAGE = "GET / HTTP/1.1\r\nHost: not under TLS\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
    /** The first octets of a ClientHello of 512. */
    static final byte[] BEGINNING = HexFormat.of().parseHex("16030102000100" + "01fc0303" + "00".repeat(20));

    private static final int ON_ONE_CONNECTION = 3;
    private static final int ANSWER_BYTES = 60_000;

    private TlsScenarios() {}

    static void good(Worker worker) throws IOException {
        try (Client client = new Client(worker.neighbourhood().tls().connect())) {
            for (int i = 0; i < ON_ONE_CONNECTION; i++) {
                worker.note(client.get("get/" + ANSWER_BYTES).answer(ANSWER_BYTES));
            }
        }
    }

    /** Octets that are no handshake, or not all of one. */
    static void raw(Worker worker, byte[] octets) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(worker.neighbourhood().tls().server(), 20_000);
            socket.getOutputStream().write(octets);
        }
        worker.note(Outcome.LEFT);
    }

    /** A client that knows no newer version than 1.2, which the sidecar does not take by default. */
    static void old(Worker worker) throws IOException {
        try (SSLSocket socket = worker.neighbourhood().tls().connect()) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.setSoTimeout(20_000);
            socket.startHandshake();
            worker.note(Outcome.WRONG);
        } catch (SSLException refused) {
            worker.note(Outcome.REJECTED);
        }
    }

    /** Resets the transport below TLS, so that no close_notify is sent. */
    static void reset(Worker worker) throws IOException {
        try (Socket plain = new Socket()) {
            plain.connect(worker.neighbourhood().tls().server(), 20_000);
            Client client = new Client(worker.neighbourhood().tls().over(plain));
            client.post("count", 50_000, worker.below(50_000));
            plain.setSoLinger(true, 0);
        }
        worker.note(Outcome.LEFT);
    }

    static void resetAnswer(Worker worker) throws IOException {
        try (Socket plain = new Socket()) {
            plain.connect(worker.neighbourhood().tls().server(), 20_000);
            Client client = new Client(worker.neighbourhood().tls().over(plain));
            Head head = client.get("get/" + Worker.LARGE).finalHead();
            if (head != null && head.status() == 200) {
                client.some(0, ANSWER_BYTES);
            }
            plain.setSoLinger(true, 0);
        }
        worker.note(Outcome.LEFT);
    }
}
