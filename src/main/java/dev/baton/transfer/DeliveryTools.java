package dev.baton.transfer;

import dev.baton.pull.PullClient;
import dev.baton.pull.PullLimits;
import dev.baton.pull.Windows;

/**
 * What the main port's deliveries work with.
 *
 * @param inlineBytes largest response that travels inside itself
 */
record DeliveryTools(
        References references, PullClient pulls, Windows windows, Offers offers, PullLimits limits, long inlineBytes) {}
