package dev.baton.requestlog;

import dev.baton.config.Identity;
import dev.baton.http.Octets;
import org.jspecify.annotations.Nullable;

/** Whose request it is: the same for all of them. */
record RevisionView(String name, String namespace, String service, String configuration, String podName, String podIp)
        implements Struct {

    static RevisionView of(Identity identity) {
        return new RevisionView(
                Octets.of(identity.revision()),
                Octets.of(identity.namespace()),
                Octets.of(identity.service()),
                Octets.of(identity.configuration()),
                Octets.of(identity.pod()),
                Octets.of(identity.podIp()));
    }

    @Override
    public String goType() {
        return "*http.RequestLogRevision";
    }

    @Override
    public @Nullable Object field(String field) {
        return switch (field) {
            case "Name" -> name;
            case "Namespace" -> namespace;
            case "Service" -> service;
            case "Configuration" -> configuration;
            case "PodName" -> podName;
            case "PodIP" -> podIp;
            default -> null;
        };
    }

    @Override
    public String print() {
        return "{" + String.join(" ", name, namespace, service, configuration, podName, podIp) + "}";
    }
}
