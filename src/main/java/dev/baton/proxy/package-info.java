/** The main port: what Knative's queue-proxy does with a request between the client and the user's program. */
@NullMarked
package dev.baton.proxy;

import org.jspecify.annotations.NullMarked;
