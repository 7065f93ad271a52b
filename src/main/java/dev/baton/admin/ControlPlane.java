package dev.baton.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.boot.support.EnvironmentPostProcessorApplicationListener;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;

/** The Spring part of a sidecar while it runs. */
public final class ControlPlane implements AutoCloseable {
    /** All that Spring is told; who may see which endpoint is decided by {@link AdminRoutes}. */
    private static final Map<String, Object> SETTINGS = Map.of(
            "server.forward-headers-strategy", "none",
            "spring.web.resources.add-mappings", "false",
            "management.endpoints.web.exposure.include", "health,info,metrics,prometheus,loggers,threaddump,baton",
            "management.endpoints.web.discovery.enabled", "false",
            "management.endpoint.health.group.liveness.include", "livenessState",
            "management.endpoint.health.group.readiness.include", "readinessState");

    private final ConfigurableApplicationContext context;
    private final PlaneMeters meters;

    private ControlPlane(ConfigurableApplicationContext context) {
        this.context = context;
        this.meters = context.getBean(PlaneMeters.class);
    }

    /**
     * Starts Spring. Blocks until its routes are attached.
     *
     * @param plane objects of the request plane by bean name
     */
    public static ControlPlane start(Map<String, Object> plane) {
        var application = new SpringApplication(ControlPlaneBeans.class);
        application.setWebApplicationType(WebApplicationType.REACTIVE);
        application.setBannerMode(Banner.Mode.OFF);
        application.setLogStartupInfo(false);
        // The drain closes the context when its time has come, not whoever sees the signal first.
        application.setRegisterShutdownHook(false);
        application.setDefaultProperties(SETTINGS);
        application.setListeners(listeners(application));
        application.setInitializers(List.of(context -> {
            ConfigurableListableBeanFactory beans = context.getBeanFactory();
            beans.registerSingleton("loggingSystem", new BridgedLoggingSystem(ControlPlane.class.getClassLoader()));
            for (Map.Entry<String, Object> bean : plane.entrySet()) {
                beans.registerSingleton(bean.getKey(), bean.getValue());
            }
        }));
        return new ControlPlane(application.run());
    }

    /**
     * Without the one that looks for files and variables with settings (a sidecar's are in {@code config}, and looking takes
     * a tenth of the start), and the one that sets logging up, which is done.
     */
    private static List<ApplicationListener<?>> listeners(SpringApplication application) {
        var kept = new ArrayList<ApplicationListener<?>>();
        for (ApplicationListener<?> listener : application.getListeners()) {
            if (!(listener instanceof EnvironmentPostProcessorApplicationListener)
                    && !(listener instanceof LoggingApplicationListener)) {
                kept.add(listener);
            }
        }
        return kept;
    }

    /** About once a second, on any thread. */
    public void tick() {
        meters.addCalls();
    }

    /** Takes the routes off the port and ends Spring. Blocks. */
    @Override
    public void close() {
        context.close();
    }
}
