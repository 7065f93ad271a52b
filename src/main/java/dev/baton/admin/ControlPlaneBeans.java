package dev.baton.admin;

import dev.baton.config.Build;
import dev.baton.proxy.MainPipeline;
import dev.baton.store.ObjectStore;
import dev.baton.telemetry.Traffic;
import dev.baton.transfer.Transfer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jackson.JacksonEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.info.InfoEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.logging.LoggersEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.management.ThreadDumpEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsEndpointAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.web.server.reactive.ReactiveWebServerFactory;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.actuate.endpoint.web.WebFluxHealthEndpointExtensionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.support.AbstractApplicationContext;
import reactor.core.publisher.Mono;

/**
 * The Spring part of a sidecar: WebFlux with Actuator, and nothing that a request to the user's program passes. Each
 * auto-configuration is named, because every class it would find by itself is paid for in every pod.
 *
 * <p>The objects of the request plane come in as beans by {@link ControlPlane#start}; their types are the parameters of the methods here.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    HttpHandlerAutoConfiguration.class,
    WebFluxAutoConfiguration.class,
    ManagementContextAutoConfiguration.class,
    EndpointAutoConfiguration.class,
    JacksonEndpointAutoConfiguration.class,
    WebEndpointAutoConfiguration.class,
    HealthContributorRegistryAutoConfiguration.class,
    HealthEndpointAutoConfiguration.class,
    WebFluxHealthEndpointExtensionAutoConfiguration.class,
    InfoEndpointAutoConfiguration.class,
    LoggersEndpointAutoConfiguration.class,
    ThreadDumpEndpointAutoConfiguration.class,
    MetricsAutoConfiguration.class,
    PrometheusMetricsExportAutoConfiguration.class,
    CompositeMeterRegistryAutoConfiguration.class,
    MetricsEndpointAutoConfiguration.class,
})
class ControlPlaneBeans {
    @Bean
    ReactiveWebServerFactory adminServer(AdminRoutes routes) {
        return new AttachingServerFactory(routes);
    }

    /** In place of the default one, whose mere class reads every locale that the JDK knows. */
    @Bean(AbstractApplicationContext.MESSAGE_SOURCE_BEAN_NAME)
    NoMessages messages() {
        return new NoMessages();
    }

    @Bean
    ReactiveHealthIndicator livenessState(Vitals vitals) {
        return () -> Mono.fromSupplier(() -> health(vitals.alive()));
    }

    @Bean
    ReactiveHealthIndicator readinessState(Vitals vitals) {
        return () -> Mono.fromCompletionStage(vitals::ready).map(ControlPlaneBeans::health);
    }

    private static Health health(boolean good) {
        return good ? Health.up().build() : Health.outOfService().build();
    }

    @Bean
    BatonEndpoint batonEndpoint(Traffic traffic, ObjectStore store, Transfer transfer) {
        return new BatonEndpoint(traffic, store, transfer);
    }

    @Bean
    BuildInfo buildInfo() {
        return new BuildInfo(Build.file());
    }

    @Bean
    PlaneMeters planeMeters(Traffic traffic, MainPipeline main, ObjectStore store, Transfer transfer) {
        return new PlaneMeters(traffic, main, store, transfer);
    }

    @Bean
    JvmMemoryMetrics memoryMeters() {
        return new JvmMemoryMetrics();
    }

    @Bean
    JvmThreadMetrics threadMeters() {
        return new JvmThreadMetrics();
    }

    @Bean
    ClassLoaderMetrics classMeters() {
        return new ClassLoaderMetrics();
    }

    @Bean
    ProcessorMetrics processorMeters() {
        return new ProcessorMetrics();
    }

    @Bean
    UptimeMetrics uptimeMeters() {
        return new UptimeMetrics();
    }

    @Bean
    FileDescriptorMetrics fileDescriptorMeters() {
        return new FileDescriptorMetrics();
    }
}
