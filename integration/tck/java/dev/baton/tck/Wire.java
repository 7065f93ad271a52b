package dev.baton.tck;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One connection to the sidecar, raw: octets out, normalised messages in. */
final class Wire implements AutoCloseable {
    private static final int ANSWER_MILLIS = 8_000;
    private static final int LINGER_MILLIS = 120;
    private final Socket socket = new Socket();
    private final InputStream in;

    Wire(int port) throws IOException {
        socket.connect(loopback(port), 2_000);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(ANSWER_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    Wire send(String octets) throws IOException {
        try {
            socket.getOutputStream().write(octets.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
        } catch (SocketException refused) {
            // The sidecar may have answered and closed before it read everything: its answer tells.
        }
        return this;
    }

    Wire endOutput() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    @Nullable
    Message receive(boolean answersHead) throws IOException {
        return Message.read(in, answersHead);
    }

    /** The next {@code count} final answers with the interim ones before them, then whether the connection stays. */
    List<String> answers(int count, boolean answersHead) {
        return answers(count, answersHead, Message::lines);
    }

    /** The same, each answer told in another form. */
    List<String> answers(int count, boolean answersHead, Function<Message, List<String>> form) {
        List<String> lines = new ArrayList<>();
        for (int seen = 0; seen < count; ) {
            Message message;
            try {
                message = receive(answersHead);
            } catch (SocketTimeoutException silent) {
                lines.add("[no answer]");
                return lines;
            } catch (IOException broken) {
                lines.add("[connection broken]");
                return lines;
            }
            if (message == null) {
                lines.add("[closed without an answer]");
                return lines;
            }
            lines.addAll(form.apply(message));
            if (message.status() >= 200 || message.status() == 101) {
                seen++;
            }
        }
        lines.add(stays() ? "[connection stays]" : "[connection closed]");
        return lines;
    }

    private boolean stays() {
        try {
            socket.setSoTimeout(LINGER_MILLIS);
            return in.read() >= 0;
        } catch (SocketTimeoutException open) {
            return true;
        } catch (IOException reset) {
            return false;
        }
    }

    /** How long an answer may take. */
    void patience(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    InputStream in() {
        return in;
    }

    java.io.OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    /** Everything that comes within the time, or until the end. */
    String within(int millis) throws IOException {
        StringBuilder text = new StringBuilder();
        long end = System.nanoTime() + millis * 1_000_000L;
        try {
            for (long left = millis; left > 0; left = (end - System.nanoTime()) / 1_000_000) {
                socket.setSoTimeout((int) left);
                int b = in.read();
                if (b < 0) {
                    return text + "[end]";
                }
                text.append((char) b);
            }
        } catch (SocketTimeoutException silent) {
            return text.toString();
        } catch (IOException reset) {
            return text + "[reset]";
        } finally {
            socket.setSoTimeout(ANSWER_MILLIS);
        }
        return text.toString();
    }

    /** Reads exactly {@code count} octets of a tunnel. */
    String octets(int count) throws IOException {
        return new String(in.readNBytes(count), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
