package dev.baton.soak;

import static dev.baton.soak.Worker.LARGE;

import java.io.EOFException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Objects that are put in one pod and got in the other, calls by reference between the two, and clients of both who leave. */
final class ObjectScenarios {
    private static final String OBJECTS = "v1/objects";
    private static final int EXPIRY_MILLIS = 300;

    private ObjectScenarios() {}

    static void putAndGet(Worker worker, int length) throws IOException {
        try (Client producer = worker.producer();
                Client consumer = worker.consumer()) {
            String reference = put(worker, producer, "", length);
            if (reference != null) {
                worker.note(get(consumer, reference).answer(length));
            }
        }
    }

    /** As often as the producer has allowed, and once more. */
    static void usedUp(Worker worker) throws IOException {
        try (Client producer = worker.producer();
                Client consumer = worker.consumer()) {
            String reference = put(worker, producer, "?retrievals=2", 60_000);
            for (int i = 0; reference != null && i < 2; i++) {
                worker.note(get(consumer, reference).answer(60_000));
            }
            gone(worker, reference);
        }
    }

    static void expired(Worker worker) throws IOException {
        try (Client producer = worker.producer()) {
            String reference = put(worker, producer, "?ttl=" + EXPIRY_MILLIS + "ms", 60_000);
            Program.pause(EXPIRY_MILLIS + 100);
            gone(worker, reference);
        }
    }

    /** The retrieval that breaks off is at most one: the object is there until it is deleted. */
    static void consumerLeaves(Worker worker, int length) throws IOException {
        try (Client producer = worker.producer();
                Client leaving = worker.consumer();
                Client consumer = worker.consumer()) {
            String reference = put(worker, producer, "?retrievals=3", length);
            if (reference == null) {
                return;
            }
            Head head = get(leaving, reference).finalHead();
            if (head == null || head.status() != 200) {
                worker.note(Outcome.WRONG);
                return;
            }
            leaving.some(0, length / 3);
            worker.note(leaving.reset());
            worker.note(get(consumer, reference).answer(length));
            Head deleted = producer.head("DELETE", OBJECTS + "/" + reference, "")
                    .flush()
                    .finalHead();
            worker.note(deleted != null && deleted.status() == 204 ? Outcome.ANSWERED : Outcome.WRONG);
            gone(worker, reference);
        }
    }

    /** The consumer reads while the producer still writes, and the producer resets: nobody may take the part for the whole. */
    static void producerLeaves(Worker worker) throws IOException {
        try (Client producer = worker.producer();
                Client consumer = worker.consumer()) {
            producer.post(OBJECTS + "?early=true", LARGE, LARGE / 2);
            Head hint = producer.anyHead();
            if (hint == null || hint.reference().isEmpty()) {
                worker.note(Outcome.CUT);
                return;
            }
            Head head = get(consumer, hint.reference()).finalHead();
            if (head == null || head.status() != 200) {
                worker.note(producer.reset());
                worker.note(head == null ? Outcome.CUT : Outcome.WRONG);
                return;
            }
            consumer.some(0, LARGE / 4);
            worker.note(producer.reset());
            worker.note(isCut(consumer, LARGE / 4, LARGE) ? Outcome.CUT : Outcome.WRONG);
        }
    }

    private static boolean isCut(Client client, int from, int to) {
        try {
            client.some(from, to - from);
            return false;
        } catch (EOFException cut) {
            return !cut.toString().contains(Client.NOT_WHAT_WAS_SENT);
        } catch (IOException reset) {
            return true;
        }
    }

    /** A put that its client does not bring to its end. */
    static void put(Worker worker, Worker.Exchange end) throws IOException {
        try (Client producer = worker.producer()) {
            producer.post(OBJECTS, LARGE, worker.below(LARGE));
            worker.note(end.with(producer));
        }
    }

    /** By way of the producer's sidecar: a body below what is worth a reference is sent inline. */
    static void invoke(Worker worker, String path, int length, int sent, Worker.Exchange end) throws IOException {
        try (Client producer = worker.producer()) {
            producer.head(
                            "POST",
                            "v1/invoke",
                            "Baton-Target: " + worker.neighbourhood().target(path) + "\r\nContent-Length: " + length
                                    + "\r\n")
                    .body(0, sent)
                    .flush();
            worker.note(end.with(producer));
        }
    }

    /** The answer to an invocation, given up in its middle. */
    static Outcome leaveInAnswer(Client client) throws IOException {
        Head head = client.finalHead();
        if (head == null) {
            return Outcome.CUT;
        }
        if (head.status() != 200) {
            return Client.failure(head.status());
        }
        client.some(0, LARGE / 3);
        return client.reset();
    }

    private static Client get(Client client, String reference) throws IOException {
        return client.get(OBJECTS + "/" + reference);
    }

    /** On a connection of its own: an error may close it. */
    private static void gone(Worker worker, @Nullable String reference) throws IOException {
        if (reference != null) {
            try (Client consumer = worker.consumer()) {
                worker.note(get(consumer, reference).answer(-1));
            }
        }
    }

    /** The new object's reference; null, with its outcome noted, if there is none. */
    private static @Nullable String put(Worker worker, Client client, String query, int length) throws IOException {
        Head head = client.post(OBJECTS + query, length, length).finalHead();
        if (head == null) {
            worker.note(Outcome.CUT);
            return null;
        }
        String said = client.said(head);
        worker.note(head.status() == 201 ? Outcome.ANSWERED : Client.failure(head.status()));
        return head.status() == 201 ? said.strip() : null;
    }
}
