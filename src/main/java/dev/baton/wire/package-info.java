/** Bodies of any size on their way from socket to socket: kept HTTP/1.1 connections to other hosts, bodies by demand, and the relay inside the kernel. */
@NullMarked
package dev.baton.wire;

import org.jspecify.annotations.NullMarked;
