/**
 * The Wasm function host: modules, their linear memories, what guests may ask of it, and the handler that gives requests to them.
 *
 * <p>{@link FunctionLoader} and {@link ModuleLoader} make a {@link GuestFunction} of a module; a request is a {@link FunctionExchange} on
 * the event loop and a {@link FunctionCall} on a guest thread; what a {@link Guest} may ask of the host is in {@link XdtCalls} and
 * {@link WasiCalls}. Only {@link Engine} and {@link LinearMemory} know the Wasm runtime.
 */
@NullMarked
package dev.baton.wasm;

import org.jspecify.annotations.NullMarked;
