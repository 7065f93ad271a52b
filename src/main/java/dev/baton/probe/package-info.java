/** Whether the user's containers are ready, and the answers to those who ask: kubelet, activator, autoscaler, ingress. */
@NullMarked
package dev.baton.probe;

import org.jspecify.annotations.NullMarked;
