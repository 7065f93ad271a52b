/** Abusive HTTP/2 clients, for tests and for a program that measures what they cost. */
@NullMarked
package dev.baton.floods;

import org.jspecify.annotations.NullMarked;
