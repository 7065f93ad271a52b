package dev.baton.transfer;

import dev.baton.pull.PullClient;
import dev.baton.pull.PullLimits;
import dev.baton.pull.Windows;
import dev.baton.store.ObjectStore;
import java.time.Duration;

/**
 * What every invocation works with.
 *
 * @param inlineBytes largest body that travels inside its request
 * @param storeFirst bodies are stored whole before anyone may pull them
 * @param permitWait how long an invocation may wait for its window
 * @param lifeMax longest life of an invocation's own objects
 */
record InvokeTools(
        Ingress ingress,
        Hosts hosts,
        Windows windows,
        Offers offers,
        References references,
        PullClient pulls,
        Uploads uploads,
        ObjectStore store,
        TransferStats stats,
        PullLimits limits,
        long inlineBytes,
        boolean storeFirst,
        Duration permitWait,
        Duration lifeMax) {}
