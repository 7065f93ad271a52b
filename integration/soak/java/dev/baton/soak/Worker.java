package dev.baton.soak;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One client program: plays scenarios by chance, one after the other, until enough requests have been made. One thread. */
final class Worker implements Runnable {
    /** A message of its size is spliced by the sidecar. */
    static final int LARGE = 1_500_000;

    private final Neighbourhood neighbourhood;
    private final AtomicLong remaining;
    private final Tally tally;
    private final Random random;
    private @Nullable Client kept;
    private Scenario scenario = Scenarios.ALL.getFirst();

    /** @param remaining requests that all workers together still have to make */
    Worker(Neighbourhood neighbourhood, AtomicLong remaining, Tally tally, long seed) {
        this.neighbourhood = neighbourhood;
        this.remaining = remaining;
        this.tally = tally;
        random = new Random(seed);
    }

    @Override
    public void run() {
        while (remaining.get() > 0) {
            play(Scenarios.byChance(random));
        }
        drop();
    }

    void play(Scenario next) {
        scenario = next;
        try {
            next.script().play(this);
        } catch (IOException ended) {
            note(Outcome.CUT);
        }
    }

    /** Counts a request with its outcome. */
    void note(Outcome outcome) {
        remaining.decrementAndGet();
        tally.count(scenario, outcome);
    }

    /** A connection of its own for what may spoil it. */
    Client connect() throws IOException {
        return new Client(neighbourhood.main());
    }

    /** As a function of the pod that gets the objects. */
    Client consumer() throws IOException {
        return new Client(neighbourhood.api());
    }

    /** As a function of the pod that the objects come from. */
    Client producer() throws IOException {
        return new Client(neighbourhood.producer());
    }

    Neighbourhood neighbourhood() {
        return neighbourhood;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    @FunctionalInterface
    interface Exchange {
        Outcome with(Client client) throws IOException;
    }

    /** One request on the connection that is kept as long as all goes well. */
    void onKept(Exchange exchange) throws IOException {
        Client client = kept;
        if (client == null) {
            client = connect();
            kept = client;
        }
        Outcome outcome = Outcome.CUT;
        try {
            outcome = exchange.with(client);
            note(outcome);
        } finally {
            if (outcome != Outcome.ANSWERED || client.ended()) {
                drop();
            }
        }
    }

    /** One request on a connection of its own. */
    void alone(Exchange exchange) throws IOException {
        try (Client client = connect()) {
            note(exchange.with(client));
        }
    }

    private void drop() {
        Client client = kept;
        kept = null;
        if (client != null) {
            try {
                client.close();
            } catch (IOException closed) {
                // It is gone either way.
            }
        }
    }
}
