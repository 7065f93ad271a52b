/** TLS on a port of this pod: certificates as Knative mounts and replaces them, and clients whose handshake fails. */
@NullMarked
package dev.baton.tls;

import org.jspecify.annotations.NullMarked;
