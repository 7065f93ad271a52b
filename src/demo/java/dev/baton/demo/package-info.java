/** The main job: sample functions, a gateway, and a driver that passes a real file between pods and checks what arrived. */
@NullMarked
package dev.baton.demo;

import org.jspecify.annotations.NullMarked;
