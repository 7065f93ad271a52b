package dev.baton.pull;

import java.time.Duration;

/**
 * What one pull may take.
 *
 * @param windowBytes memory of one running transfer
 * @param idle longest silence of the other side
 */
public record PullLimits(int windowBytes, Duration idle) {}
