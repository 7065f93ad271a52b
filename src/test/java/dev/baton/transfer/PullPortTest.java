package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import dev.baton.reference.Opened;
import dev.baton.reference.Reference;
import java.io.IOException;
import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pull port, spoken to byte by byte. */
class PullPortTest {
    private static Reference open(TestPod pod, String text) {
        return ((Opened.Valid) pod.codec.open(text)).reference();
    }

    private static String get(UUID id, UUID capability, long epoch) {
        return "GET /v1/pull/" + hex(id) + " HTTP/1.1\r\nHost: baton\r\nBaton-Capability: " + hex(capability)
                + "\r\nBaton-Epoch: " + HexFormat.of().toHexDigits(epoch) + "\r\n\r\n";
    }

    /** 32 digits. */
    private static String hex(UUID id) {
        return id.toString().replace("-", "");
    }

    private static String ack(UUID id) {
        return "POST /v1/pull/" + hex(id) + "/ack HTTP/1.1\r\nHost: baton\r\nContent-Length: 0\r\n\r\n";
    }

    @Test
    void anObjectIsGoneWhenItIsAcknowledgedAndNotBefore() throws IOException {
        try (TestPod a = new TestPod(null);
                RawClient client = RawClient.pull(a)) {
            byte[] object = Http.pattern(1, 500_000);
            Reference reference = open(a, Http.put(a, object, 1));
            client.send(get(reference.object(), reference.capability(), a.epoch));
            assertThat(client.message().body()).isEqualTo(object);
            assertThat(a.store.figures().objects()).isOne();
            try (RawClient other = RawClient.pull(a)) {
                other.send(get(reference.object(), reference.capability(), a.epoch));
                RawClient.Message busy = other.message();
                assertThat(busy.status()).isEqualTo(503);
                assertThat(busy.fields()).containsKey("retry-after");
            }
            client.send(ack(reference.object()));
            assertThat(client.message().status()).isEqualTo(204);
            assertThat(a.store.figures().objects()).isZero();
            a.hasPulledOut(object.length);
            // The connection serves the next pull, also behind an acknowledgement in one packet.
            Reference second = open(a, Http.put(a, object, 2));
            client.send(get(second.object(), second.capability(), a.epoch));
            assertThat(client.message().body()).isEqualTo(object);
            client.send(ack(second.object()) + get(second.object(), second.capability(), a.epoch));
            assertThat(client.message().status()).isEqualTo(204);
            assertThat(client.message().body()).isEqualTo(object);
            client.send(ack(second.object()));
            assertThat(client.message().status()).isEqualTo(204);
            a.empty();
        }
    }

    @Test
    void withoutAcknowledgementTheRetrievalIsGivenBack() throws IOException {
        try (TestPod a = new TestPod(null, "BATON_PULL_IDLE", "4s")) {
            byte[] object = Http.pattern(1, 1000);
            Reference reference = open(a, Http.put(a, object, 1));
            try (RawClient client = RawClient.pull(a)) {
                client.send(get(reference.object(), reference.capability(), a.epoch));
                assertThat(client.message().body()).isEqualTo(object);
                assertThat(client.ended()).isTrue();
            }
            Await.until("it is given back", () -> a.store.figures().retrievals() == 0);
            try (RawClient client = RawClient.pull(a)) {
                client.send(get(reference.object(), reference.capability(), a.epoch));
                assertThat(client.message().body()).isEqualTo(object);
                client.send(ack(reference.object()));
                assertThat(client.message().status()).isEqualTo(204);
            }
            a.empty();
        }
    }

    /** Test 15. */
    @Test
    void unknownAndForgedAreOneAndTheSame() throws IOException {
        try (TestPod a = new TestPod(null);
                RawClient client = RawClient.pull(a)) {
            Reference reference = open(a, Http.put(a, Http.pattern(1, 1000), 1));
            UUID other = new UUID(7, 7);
            RawClient.Message unknown = client.send(get(other, other, a.epoch)).message();
            RawClient.Message forged =
                    client.send(get(reference.object(), other, a.epoch)).message();
            RawClient.Message without = client.send(
                            "GET /v1/pull/" + hex(reference.object()) + " HTTP/1.1\r\nHost: baton\r\n\r\n")
                    .message();
            assertThat(unknown.status()).isEqualTo(404);
            assertThat(forged.start()).isEqualTo(unknown.start());
            assertThat(forged.fields()).isEqualTo(unknown.fields());
            assertThat(forged.text()).isEqualTo(unknown.text());
            assertThat(without.text()).isEqualTo(unknown.text());
            // Another start's epoch is told apart: that object is gone, whatever the capability.
            RawClient.Message epoch =
                    client.send(get(reference.object(), other, a.epoch + 1)).message();
            assertThat(epoch.status()).isEqualTo(410);
            // And the rightful owner still gets it.
            client.send(get(reference.object(), reference.capability(), a.epoch));
            assertThat(client.message().body()).isEqualTo(Http.pattern(1, 1000));
            client.send(ack(reference.object()));
            assertThat(client.message().status()).isEqualTo(204);
            a.empty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /v1/pull/ HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /v1/pull/0000000000000000000000000000000g HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /v1/objects/x HTTP/1.1\r\nHost: x\r\n\r\n",
                "POST /v1/objects HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
                "DELETE /v1/pull/00000000000000000000000000000000 HTTP/1.1\r\nHost: x\r\n\r\n"
            })
    void nothingButPullsIsServed(String request) throws IOException {
        try (TestPod a = new TestPod(null);
                RawClient client = RawClient.pull(a)) {
            client.send(request);
            RawClient.Message answer = client.message();
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.text()).contains("\"code\":\"not-found\"");
        }
    }

    @Test
    void garbageAndConfusedAcknowledgementsEndTheConnection() throws IOException {
        try (TestPod a = new TestPod(null)) {
            Reference reference = open(a, Http.put(a, Http.pattern(1, 1000), 1));
            for (String confused : new String[] {
                ack(reference.object()),
                "\u0000\u0001\u0002\r\n\r\n",
                "GET " + "/x".repeat(300) + " HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nX: " + "y".repeat(5000) + "\r\n\r\n"
            }) {
                try (RawClient client = RawClient.pull(a)) {
                    client.send(confused);
                    assertThat(client.ended()).as(confused).isTrue();
                }
            }
            assertThat(Http.send(Http.get(a, Http.put(a, new byte[] {1}, 1))).statusCode())
                    .isEqualTo(200);
        }
    }
}
