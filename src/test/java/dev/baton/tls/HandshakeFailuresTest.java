package dev.baton.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.NotSslRecordException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class HandshakeFailuresTest {
    private static final InetSocketAddress CLIENT = new InetSocketAddress("2001:db8::7", 4711);
    private static final String LINE = "http: TLS handshake error from [2001:db8::7]:4711: ";

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10);
    private final List<String> lines = new ArrayList<>();
    private final HandshakeFailures failures = new HandshakeFailures(nanos::get, lines::add);

    @Test
    void aFloodIsALineASecondThatTellsOfTheOthers() {
        for (int i = 0; i < 100; i++) {
            failures.add(CLIENT, new SSLHandshakeException("no"));
            nanos.addAndGet(1_000_000);
        }
        assertThat(lines).containsExactly(LINE + "no");

        nanos.addAndGet(1_000_000_000);
        failures.add(CLIENT, new ClosedChannelException());
        nanos.addAndGet(1_000_000_000);
        failures.add(CLIENT, new ClosedChannelException());

        assertThat(lines).containsExactly(LINE + "no", LINE + "EOF (and 99 others before)", LINE + "EOF");
    }

    @Test
    void whatAClientSentInClearTextIsNotRepeated() {
        failures.add(CLIENT, new NotSslRecordException("not an SSL/TLS record: 736563726574"));

        assertThat(lines).containsExactly(LINE + "tls: first record does not look like a TLS handshake");
    }
}
