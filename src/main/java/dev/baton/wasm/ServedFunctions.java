package dev.baton.wasm;

import java.io.IOException;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes the functions that the user's program serves. The program may start later than the sidecar, so that what it does not answer is
 * asked again; what it answers wrongly is refused. One thread, which blocks.
 */
final class ServedFunctions {
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;

    private final FunctionHost host;
    private final FunctionLoader loader;
    private final Download download;
    private @Nullable String complaint;

    ServedFunctions(FunctionHost host, FunctionLoader loader, URI program) {
        this.host = host;
        this.loader = loader;
        this.download = new Download(program, host.limits().compile());
    }

    /** Returns when every function is compiled or refused, or the host has ended. */
    void load() {
        try {
            FunctionList list = list();
            if (list == null) {
                return;
            }
            List<GuestFunction> functions = new ArrayList<>();
            for (FunctionList.Entry entry : list.entries()) {
                functions.add(loader.add(entry.name()));
            }
            loader.list();
            for (int i = 0; i < functions.size() && !host.closed(); i++) {
                load(functions.get(i), list.entries().get(i));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Null when the host has ended before there was one. */
    private @Nullable FunctionList list() throws InterruptedException {
        for (long pause = FIRST_PAUSE_MILLIS; !host.closed(); pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS)) {
            try {
                return FunctionList.parse(download.get("/functions.json", FunctionList.BYTES_MAX));
            } catch (IOException | LoadException e) {
                complain(e);
            }
            Thread.sleep(pause);
        }
        return null;
    }

    private void load(GuestFunction function, FunctionList.Entry entry) throws InterruptedException {
        for (long pause = FIRST_PAUSE_MILLIS; !host.closed(); pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS)) {
            try {
                byte[] module = download.get(entry.path(), host.limits().moduleBytes());
                check(module, entry.sha256());
                loader.load(function, () -> module, true);
                return;
            } catch (LoadException e) {
                loader.refuse(function, String.valueOf(e.getMessage()));
                return;
            } catch (Download.StatusException e) {
                if (e.lasting()) {
                    loader.refuse(function, String.valueOf(e.getMessage()));
                    return;
                }
                complain(e);
            } catch (IOException e) {
                complain(e);
            }
            Thread.sleep(pause);
        }
    }

    private static void check(byte[] module, String expected) throws LoadException {
        String actual;
        try {
            actual = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(module));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        if (!actual.equals(expected)) {
            throw new LoadException("its bytes have the SHA-256 " + actual + ", functions.json says " + expected);
        }
    }

    /** Each reason once, and again when another has come between. */
    private void complain(Exception e) {
        String reason = e instanceof LoadException || e instanceof Download.StatusException
                ? String.valueOf(e.getMessage())
                : e.getClass().getSimpleName() + ": " + e.getMessage();
        if (!Objects.equals(reason, complaint)) {
            complaint = reason;
            host.observer().awaited(reason);
        }
    }
}
