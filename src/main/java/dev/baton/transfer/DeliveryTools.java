package dev.baton.transfer;

/**
 * What the main port's deliveries work with.
 *
 * @param inlineBytes largest response that travels inside itself
 */
record DeliveryTools(
        References references, PullClient pulls, Windows windows, Offers offers, PullLimits limits, long inlineBytes) {}
