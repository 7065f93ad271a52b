/**
 * HTTP mechanics that every listener of the request plane shares: event loops, listeners, framing, order of exchanges, canned answers.
 *
 * <p>An HTTP/1 connection is {@link FramingGuard}, {@link ServerCodec} and {@link OneAtATime}; one of HTTP/2 is {@link Http2Server}'s, with
 * {@link Http2Exchange} on each stream. What handlers below say to each other beside HTTP's own messages: {@link ExchangeAborted},
 * {@link ReadGate} and {@link AnswerGate} for the pace, {@link KnownBody}, {@link PassedContent} and {@link SocketWanted} for bodies that
 * pass them by.
 */
@NullMarked
package dev.baton.http;

import org.jspecify.annotations.NullMarked;
