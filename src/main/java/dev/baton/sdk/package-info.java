/**
 * The client for functions in Java: objects of the pod's sidecar as memory of this process, and over HTTP where memory cannot be shared.
 * Needs the JDK alone.
 */
@NullMarked
package dev.baton.sdk;

import org.jspecify.annotations.NullMarked;
