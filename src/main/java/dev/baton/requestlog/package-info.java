/** The request log: one line for each request, made by a template in the language of Go's text/template. */
@NullMarked
package dev.baton.requestlog;

import org.jspecify.annotations.NullMarked;
