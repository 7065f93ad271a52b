/**
 * The main port: what Knative's queue-proxy does with a request between the client and the user's program.
 *
 * <p>{@link MainPipeline} has the handlers in their order. The last one, {@link Forwarder}, has a {@link RequestFlow} up and a
 * {@link Downstream} back; connections to the program come from an {@link Upstream}, of HTTP/1.1 by {@link UpstreamPool}, of HTTP/2 by
 * {@link Http2Upstream}.
 */
@NullMarked
package dev.baton.proxy;

import org.jspecify.annotations.NullMarked;
