package dev.baton.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * The web server of the sample functions: the JDK's own, as any function would use some server.
 * Listens on {@code PORT}, Knative's convention, and on {@code HOST} where several pods share one machine.
 */
final class FunctionServer {
    private FunctionServer() {}

    /** Serves the routes, and {@code /healthz} for the readiness probe, until the process ends. */
    static void serve(Map<String, HttpHandler> routes) throws IOException {
        // Without it an answer's head and body are two packets with a delayed acknowledgement in between: 40 ms.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        String host = System.getenv().getOrDefault("HOST", "0.0.0.0");
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
        HttpServer server = HttpServer.create(new InetSocketAddress(host, port), 0);
        server.createContext("/healthz", exchange -> reply(exchange, 200, "ok\n"));
        routes.forEach((path, handler) -> server.createContext(path, exchange -> handle(handler, exchange)));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    /** Answers with a short text. */
    static void reply(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static void handle(HttpHandler handler, HttpExchange exchange) throws IOException {
        try (exchange) {
            handler.handle(exchange);
        } catch (IOException | RuntimeException e) {
            System.err.println(exchange.getRequestURI().getPath() + ": " + e);
            if (exchange.getResponseCode() < 0) {
                reply(exchange, 500, e + "\n");
            } else {
                // The head is out: only a broken connection tells the caller that the body is not whole.
                throw e;
            }
        }
    }
}
