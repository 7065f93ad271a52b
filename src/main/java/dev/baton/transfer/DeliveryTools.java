package dev.baton.transfer;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * What the main port's deliveries work with.
 *
 * @param inlineBytes largest response that travels inside itself
 * @param lifeMax longest life of a response on offer
 * @param ids cryptographically strong
 */
record DeliveryTools(
        References references,
        PullClient pulls,
        Windows windows,
        PullLimits limits,
        long inlineBytes,
        Duration lifeMax,
        RandomGenerator ids) {}
