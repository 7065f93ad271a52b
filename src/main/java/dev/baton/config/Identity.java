package dev.baton.config;

/**
 * Who this pod is.
 *
 * @param namespace SERVING_NAMESPACE
 * @param service SERVING_SERVICE, empty when the revision belongs to no service
 * @param configuration SERVING_CONFIGURATION
 * @param revision SERVING_REVISION
 * @param pod SERVING_POD: {@code pod_name} of the autoscaler's Stat and {@code knative.dev/pod} of the log
 * @param podIp SERVING_POD_IP as given; {@link Bind#own()} is the parsed form
 * @param host POD_NAME, else HOSTNAME, else empty: {@code k8s.pod.name} and {@code service.instance.id} in telemetry
 */
public record Identity(
        String namespace,
        String service,
        String configuration,
        String revision,
        String pod,
        String podIp,
        String host) {}
