/** The Wasm function host: modules, their linear memories, what guests may ask of it, and the handler that gives requests to them. */
@NullMarked
package dev.baton.wasm;

import org.jspecify.annotations.NullMarked;
