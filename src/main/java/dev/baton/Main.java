package dev.baton;

import dev.baton.admin.ControlPlane;
import dev.baton.config.Build;
import dev.baton.config.ConfigException;
import dev.baton.config.Identity;
import dev.baton.config.Logging;
import dev.baton.config.SidecarConfig;
import dev.baton.telemetry.JsonLog;
import dev.baton.telemetry.JulBridge;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.net.BindException;
import java.time.InstantSource;
import java.util.Map;

/**
 * The composition root. Order is all here: settings, then the request plane, which serves from that moment on, then the
 * control plane; at the end the same backwards.
 */
public final class Main {
    private static final int FAILURE = 1;

    private Main() {}

    /** Exits with 0 after a drain, with 1 when the settings or a port are not to be had or on a second signal. */
    public static void main(String[] args) throws InterruptedException {
        if (System.getProperty("spring.aot.processing") != null) {
            // The build runs main to learn the control plane's beans, on a machine where no sidecar is wanted.
            ControlPlane.start(Map.of());
            return;
        }
        System.exit(run());
    }

    private static int run() throws InterruptedException {
        SidecarConfig config;
        try {
            config = SidecarConfig.read();
        } catch (ConfigException e) {
            return refuse(e);
        }
        try (var log = log(config.logging(), config.identity())) {
            return run(config, log);
        }
    }

    private static JsonLog log(Logging logging, Identity identity) {
        return new JsonLog(
                logging, identity, Build.commit(), new FileOutputStream(FileDescriptor.out), InstantSource.system());
    }

    private static int refuse(ConfigException refusal) {
        String reason = String.valueOf(refusal.getMessage());
        ConfigException.LogSettings told = refusal.log();
        if (told == null) {
            System.err.println(reason);
        } else {
            try (var log = log(told.logging(), told.identity())) {
                log.fatal("Failed to read the settings", reason);
            }
        }
        return FAILURE;
    }

    private static int run(SidecarConfig config, JsonLog log) throws InterruptedException {
        JulBridge.install(log);
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        log.info("Starting queue-proxy");
        for (String warning : config.warnings()) {
            log.warn(warning);
        }
        try (var plane = new RequestPlane(config, log)) {
            var controlPlane = ControlPlane.start(plane.beans());
            log.info("Control plane is up");
            plane.beginExports();
            plane.awaitEnd(controlPlane::tick);
            controlPlane.close();
        } catch (BindException | RuntimeException e) {
            log.error("Failed to bring up queue-proxy, shutting down.", e);
            return FAILURE;
        }
        log.info("Shutdown complete, exiting...");
        return 0;
    }
}
