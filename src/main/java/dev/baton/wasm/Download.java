package dev.baton.wasm;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;

/**
 * Bounded GETs from the user's program: no redirect is followed, no proxy asked, no connection kept, and neither a long answer nor a
 * slow one takes more than its share. Blocks.
 */
final class Download {
    /** The program has answered, and with this status. */
    static final class StatusException extends IOException {
        private static final long serialVersionUID = 1;

        private final int status;

        StatusException(String path, int status) {
            super(path + " was answered " + status + (status / 100 == 3 ? ", a redirect, which is not followed" : ""));
            this.status = status;
        }

        /** Whether asking again is of no use: what is asked for is not there, or elsewhere. */
        boolean lasting() {
            boolean passing = status == 408 || status == 425 || status == 429;
            return status / 100 == 3 || (status / 100 == 4 && !passing);
        }
    }

    private static final int CONNECT_MILLIS = 1_000;
    private static final int SILENCE_MILLIS = 10_000;
    private static final int STEP_BYTES = 64 << 10;

    private final URI program;
    private final Duration most;

    /**
     * @param program scheme, loopback address and port
     * @param most time for one answer
     */
    Download(URI program, Duration most) {
        this.program = program;
        this.most = most;
    }

    /**
     * @throws LoadException if the answer is longer than that many bytes
     * @throws IOException if there is none, or none with status 200, or it breaks off
     */
    byte[] get(String path, int bytesMax) throws IOException, LoadException {
        long begin = System.nanoTime();
        var asked = (HttpURLConnection) program.resolve(path).toURL().openConnection(Proxy.NO_PROXY);
        asked.setInstanceFollowRedirects(false);
        asked.setUseCaches(false);
        asked.setConnectTimeout(CONNECT_MILLIS);
        asked.setReadTimeout(SILENCE_MILLIS);
        asked.setRequestProperty("Connection", "close");
        asked.setRequestProperty("Accept", "*/*");
        try {
            int status = asked.getResponseCode();
            if (status != HttpURLConnection.HTTP_OK) {
                throw new StatusException(path, status);
            }
            long length = asked.getContentLengthLong();
            if (length > bytesMax) {
                throw new LoadException(path + " has " + length + " bytes, more than " + bytesMax);
            }
            try (InputStream in = asked.getInputStream()) {
                byte[] bytes = read(in, path, bytesMax, begin);
                if (length >= 0 && bytes.length != length) {
                    throw new IOException(path + " broke off");
                }
                return bytes;
            }
        } finally {
            asked.disconnect();
        }
    }

    private byte[] read(InputStream in, String path, int bytesMax, long begin) throws IOException, LoadException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] step = new byte[STEP_BYTES];
        for (int n; (n = in.read(step)) >= 0; ) {
            if (all.size() + n > bytesMax) {
                throw new LoadException(path + " has more than " + bytesMax + " bytes");
            }
            if (System.nanoTime() - begin > most.toNanos()) {
                throw new IOException(path + " took longer than " + most.toMillis() + " ms");
            }
            all.write(step, 0, n);
        }
        return all.toByteArray();
    }
}
