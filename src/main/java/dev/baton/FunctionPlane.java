package dev.baton;

import dev.baton.admin.FunctionMeters;
import dev.baton.config.FunctionSettings;
import dev.baton.pull.DataPath;
import dev.baton.telemetry.JsonLog;
import dev.baton.transfer.InProcess;
import dev.baton.transfer.TransferStats;
import dev.baton.transfer.TransferStats.Operation;
import dev.baton.transfer.TransferStats.Outcome;
import dev.baton.wasm.FunctionHandler;
import dev.baton.wasm.FunctionHost;
import dev.baton.wasm.FunctionLimits;
import dev.baton.wasm.FunctionObserver;
import io.netty.channel.ChannelHandler;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;

/** The Wasm functions that this sidecar runs itself, in place of a user's program. None of its classes is loaded without them. */
final class FunctionPlane implements AutoCloseable {
    private final FunctionHost host;
    private final FunctionMeters meters;

    /**
     * Starts compiling what the folder holds, or what the user's program serves.
     *
     * @throws IllegalStateException if the folder cannot be read
     */
    FunctionPlane(FunctionSettings settings, InProcess objects, TransferStats stats, JsonLog log) {
        host = new FunctionHost(
                FunctionLimits.of(
                        settings.threads(),
                        settings.depth(),
                        settings.call(),
                        settings.instanceBytes(),
                        settings.memoryBytes()),
                new GuestObjects(objects),
                observer(stats, log),
                InstantSource.system());
        meters = new FunctionMeters(host);
        try {
            if (settings.directory() != null) {
                host.load(settings.directory());
            } else if (settings.url() != null) {
                host.load(settings.url());
            }
        } catch (IOException e) {
            host.close();
            throw new IllegalStateException("BATON_FUNCTIONS_DIR cannot be read: " + e.getMessage(), e);
        }
    }

    /** The end of a main port's pipeline. */
    ChannelHandler handler() {
        return new FunctionHandler(host);
    }

    /** Every module is compiled, or known to be unusable. */
    CompletableFuture<Boolean> ready() {
        return CompletableFuture.completedFuture(host.ready());
    }

    /** About once a second; blocks for system calls. */
    void housekeeping() {
        host.tick();
        meters.addCalls();
    }

    /** For the control plane. */
    FunctionMeters meters() {
        return meters;
    }

    private static FunctionObserver observer(TransferStats stats, JsonLog log) {
        return new FunctionObserver() {
            @Override
            public void loaded(String function, long millis, boolean interpreted) {
                log.info("Function " + function + " compiled in " + millis + " ms"
                        + (interpreted ? "; a part of it is interpreted" : ""));
            }

            @Override
            public void refused(String function, String reason) {
                log.warn("Function " + function + " cannot be used: " + reason);
            }

            @Override
            public void awaited(String reason) {
                log.warn("Functions are awaited: " + reason);
            }

            @Override
            public void neighbour(String from, String to, long bytesThere, long bytesBack, long nanos) {
                // Like every invoke: the bytes of the body.
                stats.count(Operation.INVOKE, DataPath.NEIGHBOUR, Outcome.DONE, bytesThere, System.nanoTime() - nanos);
            }

            @Override
            public void log(String function, int level, String text) {
                String line = "Function " + function + ": " + text;
                switch (level) {
                    case 0 -> log.debug(line);
                    case 1 -> log.info(line);
                    default -> log.warn(line);
                }
            }

            @Override
            public void failed(String what, Throwable cause) {
                log.error(what, cause);
            }
        };
    }

    @Override
    public void close() {
        host.close();
    }
}
