/** The admin port 8022: who may call what on it, and the control plane (Spring WebFlux with Actuator) behind it. */
@NullMarked
package dev.baton.admin;

import org.jspecify.annotations.NullMarked;
