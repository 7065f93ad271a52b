package dev.baton.http;

import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * Sent inbound by the framing guard in place of a message that must not be interpreted. The connection can carry no further
 * request: whoever owns the order of exchanges answers with this when it is its turn, and closes.
 *
 * @param status 4xx or 5xx
 * @param text body of the answer, {@code text/plain}
 * @param inBody true if the head has been passed on already: its exchange is open and must be aborted, never completed
 */
public record Refusal(HttpResponseStatus status, String text, boolean inBody) {}
