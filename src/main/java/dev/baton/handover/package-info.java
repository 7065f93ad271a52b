/** The abstract UNIX socket of the pod, over which objects pass as descriptors of their memory instead of as bytes. */
@NullMarked
package dev.baton.handover;

import org.jspecify.annotations.NullMarked;
