package dev.baton.transfer;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Functions for tests: what they were asked is recorded, whole bodies and broken ones alike. */
final class Functions {
    /** One request as the function saw it. */
    static final class Seen {
        private final String method;
        private final String target;
        private final Headers fields;
        private final byte[] body;
        private final boolean whole;

        Seen(HttpExchange exchange, byte[] body, boolean whole) {
            method = exchange.getRequestMethod();
            target = exchange.getRequestURI().toString();
            fields = exchange.getRequestHeaders();
            this.body = body;
            this.whole = whole;
        }

        String method() {
            return method;
        }

        String target() {
            return target;
        }

        Headers fields() {
            return fields;
        }

        byte[] body() {
            return body;
        }

        boolean whole() {
            return whole;
        }
    }

    private Functions() {}

    /** Answers with the body that it was sent. */
    static final class Echo implements HttpHandler {
        final List<Seen> seen = new CopyOnWriteArrayList<>();

        @Override
        public void handle(HttpExchange exchange) throws IOException {
            byte[] body;
            try {
                body = exchange.getRequestBody().readAllBytes();
            } catch (IOException e) {
                seen.add(new Seen(exchange, new byte[0], false));
                throw e;
            }
            seen.add(new Seen(exchange, body, true));
            answer(exchange, 200, body);
        }
    }

    /** Answers any request with so many bytes of a pattern. */
    static HttpHandler giving(int bytes, boolean chunked) {
        byte[] body = Http.pattern(9, bytes);
        return exchange -> {
            drain(exchange);
            exchange.getResponseHeaders().set("X-Function", "giving");
            exchange.sendResponseHeaders(200, chunked ? 0 : bytes == 0 ? -1 : bytes);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        };
    }

    static void drain(HttpExchange exchange) throws IOException {
        try (InputStream in = exchange.getRequestBody()) {
            in.transferTo(OutputStream.nullOutputStream());
        }
    }

    static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }
}
