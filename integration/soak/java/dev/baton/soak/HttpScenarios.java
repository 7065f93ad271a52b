package dev.baton.soak;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Those exchanges over HTTP/1 that take more than one line. */
final class HttpScenarios {
    private static final int PIPELINED = 10;
    /** More than may run and wait together, which is eleven times the container's concurrency. */
    private static final int AT_ONCE = 150;

    private HttpScenarios() {}

    static Outcome chunkedPost(Client client) throws IOException {
        return client.head("POST", "count", "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n")
                .chunk(0, 1)
                .chunk(1, 2000)
                .flush()
                .chunk(2001, 999)
                .text("0\r\nX-Sum: 1\r\n\r\n")
                .flush()
                .counted(3000);
    }

    static Outcome expecting(Client client) throws IOException {
        return client.head("POST", "count", "Expect: 100-continue\r\nContent-Length: 1024\r\n")
                .flush()
                .body(0, 1024)
                .flush()
                .counted(1024);
    }

    static void pipelined(Worker worker) throws IOException {
        try (Client client = worker.connect()) {
            for (int i = 0; i < PIPELINED; i++) {
                client.head("GET", "get/" + i, "");
            }
            client.flush();
            for (int i = 0; i < PIPELINED; i++) {
                worker.note(client.answer(i));
            }
        }
    }

    static void burst(Worker worker) throws IOException {
        List<Client> clients = new ArrayList<>();
        try {
            for (int i = 0; i < AT_ONCE; i++) {
                clients.add(worker.connect().get("slow/4000"));
            }
            for (Client client : clients) {
                worker.note(client.answer(4000));
            }
        } finally {
            for (Client client : clients) {
                client.close();
            }
        }
    }

    /** Reads the beginning of an answer, and resets the connection. */
    static Outcome readAndLeave(Client client, int length) throws IOException {
        Head head = client.get("get/" + length).finalHead();
        if (head == null) {
            return Outcome.CUT;
        }
        if (head.status() != 200) {
            return head.status() == 504 ? Outcome.TIMED_OUT : Outcome.REFUSED;
        }
        client.some(0, length / 3);
        return client.reset();
    }

    private static @Nullable Head upgraded(Client client, String path) throws IOException {
        return client.head("GET", path, "Connection: Upgrade\r\nUpgrade: soak\r\n")
                .flush()
                .finalHead();
    }

    private static Outcome refused(@Nullable Head head) {
        if (head == null) {
            return Outcome.CUT;
        }
        return switch (head.status()) {
            case 502 -> Outcome.BAD_GATEWAY;
            case 503 -> Outcome.REFUSED;
            case 504 -> Outcome.TIMED_OUT;
            default -> Outcome.WRONG;
        };
    }

    /** Ends the tunnel in one of four ways: in order, by half-closing, by a reset, or with octets under way. */
    static Outcome upgrade(Client client, int end) throws IOException {
        Head head = upgraded(client, "upgrade/0");
        if (head == null || head.status() != 101) {
            return refused(head);
        }
        client.body(0, 700).flush().some(0, 700);
        switch (end) {
            case 0 -> client.close();
            case 1 -> client.halfClose().rest();
            case 2 -> {
                return client.reset();
            }
            default -> {
                client.body(700, 5000).flush();
                return client.leave();
            }
        }
        return Outcome.ANSWERED;
    }

    static Outcome resetTunnel(Client client) throws IOException {
        Head head = upgraded(client, "upgrade/100");
        if (head == null || head.status() != 101) {
            return refused(head);
        }
        client.body(0, 100).flush().rest();
        return Outcome.CUT;
    }
}
