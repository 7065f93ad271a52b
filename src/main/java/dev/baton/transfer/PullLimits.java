package dev.baton.transfer;

import java.time.Duration;

/**
 * What one pull may take.
 *
 * @param windowBytes memory of one running transfer
 * @param idle longest silence of the other side
 */
record PullLimits(int windowBytes, Duration idle) {}
