package dev.baton.soak;

import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/** One connection to a sidecar, with HTTP/1 on it or whatever else a scenario sends. One thread; blocks. */
final class Client implements AutoCloseable {
    /** Longer than any limit of the sidecar's. */
    private static final int PATIENCE_MILLIS = 20_000;

    static final String NOT_WHAT_WAS_SENT = "not what was sent";

    private final Socket socket;
    private final Octets in;
    private final OutputStream out;
    private boolean ended;

    Client(InetSocketAddress server) throws IOException {
        this(new Socket(), server);
    }

    private Client(Socket socket, InetSocketAddress server) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.connect(server, PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new Octets(socket.getInputStream());
        out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
    }

    /** Over a connection that has been made, such as one under TLS. */
    Client(Socket connected) throws IOException {
        socket = connected;
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new Octets(socket.getInputStream());
        out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
    }

    /** A head; fields end with CRLF each. */
    Client head(String method, String path, String fields) throws IOException {
        Program.text(out, method + " /" + path + " HTTP/1.1\r\nHost: soak\r\n" + fields + "\r\n");
        return this;
    }

    Client text(String text) throws IOException {
        Program.text(out, text);
        return this;
    }

    /** Part of the body that all messages have in common. */
    Client body(int from, int length) throws IOException {
        Octets.write(out, from, length);
        return this;
    }

    Client chunk(int from, int length) throws IOException {
        return text(Integer.toHexString(length) + "\r\n").body(from, length).text("\r\n");
    }

    Client flush() throws IOException {
        out.flush();
        return this;
    }

    /** A request without a body, sent. */
    Client get(String path) throws IOException {
        return head("GET", path, "").flush();
    }

    /** A request with a body of known length, as far as it is told. */
    Client post(String path, int length, int sent) throws IOException {
        return head("POST", path, "Content-Length: " + length + "\r\n")
                .body(0, sent)
                .flush();
    }

    /** Reads the final answer, which must have so many octets; it is one of those that fail otherwise. */
    Outcome answer(long expected) {
        return answer(expected, false);
    }

    Outcome answer(long expected, boolean toHead) {
        try {
            Head head = finalHead();
            if (head == null) {
                return Outcome.CUT;
            }
            int status = head.status();
            if (status == 200) {
                return toHead || head.body(in) == expected ? Outcome.ANSWERED : Outcome.WRONG;
            }
            in.skip(Math.max(0, head.length()));
            return failure(status);
        } catch (SocketTimeoutException silent) {
            return Outcome.SILENT;
        } catch (IOException ended) {
            return Outcome.CUT;
        }
    }

    /** Reads the answer to a request whose body has been counted by the program. */
    Outcome counted(long expected) {
        try {
            Head head = finalHead();
            if (head == null) {
                return Outcome.CUT;
            }
            String said = said(head);
            if (head.status() == 200) {
                return said.equals(Long.toString(expected)) ? Outcome.ANSWERED : Outcome.WRONG;
            }
            return failure(head.status());
        } catch (SocketTimeoutException silent) {
            return Outcome.SILENT;
        } catch (IOException ended) {
            return Outcome.CUT;
        }
    }

    /** The next head, which may be that of an interim answer. */
    @Nullable
    Head anyHead() throws IOException {
        return Head.read(in);
    }

    @Nullable
    Head finalHead() throws IOException {
        Head head = Head.read(in);
        while (head != null && head.status() < 200 && head.status() != 101) {
            head = Head.read(in);
        }
        ended |= head == null || head.closes();
        return head;
    }

    static Outcome failure(int status) {
        return switch (status) {
            case 502 -> Outcome.BAD_GATEWAY;
            case 503 -> Outcome.REFUSED;
            case 504 -> Outcome.TIMED_OUT;
            default -> status / 100 == 4 ? Outcome.REJECTED : Outcome.WRONG;
        };
    }

    /** Reads so many octets of the body and no more. */
    void some(int from, int octets) throws IOException {
        if (!in.body(from, octets)) {
            throw new EOFException(NOT_WHAT_WAS_SENT);
        }
    }

    /** The body of an answer, as text. */
    String said(Head head) throws IOException {
        return in.text(Math.max(0, head.length()));
    }

    /** Reads on until the sidecar ends the connection. */
    void rest() throws IOException {
        in.rest();
    }

    Client halfClose() throws IOException {
        flush();
        socket.shutdownOutput();
        return this;
    }

    Outcome leave() throws IOException {
        socket.close();
        return Outcome.LEFT;
    }

    /** Closes with a reset in the place of an orderly end. */
    Outcome reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
        return Outcome.LEFT;
    }

    /** The sidecar has said that it serves no more requests on this connection. */
    boolean ended() {
        return ended;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
