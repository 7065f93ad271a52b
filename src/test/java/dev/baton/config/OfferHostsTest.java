package dev.baton.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OfferHostsTest {
    private final OfferHosts hosts = new OfferHosts(List.of("fn.example.com", "*.apps.example.com"), "cluster.local");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fn.ns.svc",
                "fn.ns.svc:80",
                "FN.ns.SVC.Cluster.Local",
                "fn.ns.svc.cluster.local.",
                "fn.example.com",
                "fn.example.com:8080",
                "a.apps.example.com",
                "a.b.apps.example.com"
            })
    void mayBeSentAReference(String host) {
        assertThat(hosts.allows(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "svc",
                "ns.svc",
                ".svc",
                "svc.cluster.local",
                "fn.ns.svc.evil.com",
                "fn.ns.svc.cluster.local.evil.com",
                "fnsvc",
                "example.com",
                "x.fn.example.com",
                "apps.example.com",
                "evilapps.example.com",
                "127.0.0.1",
                "10.1.2.3:80",
                "::1",
                "[::1]:80",
                "fn.ns.svccluster.local",
                "a.b.svc@evil.com"
            })
    void isAStranger(String host) {
        assertThat(hosts.allows(host)).isFalse();
    }
}
