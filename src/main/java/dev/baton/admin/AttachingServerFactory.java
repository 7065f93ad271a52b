package dev.baton.admin;

import dev.baton.config.Ports;
import org.springframework.boot.web.server.GracefulShutdownCallback;
import org.springframework.boot.web.server.GracefulShutdownResult;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.reactive.ReactiveWebServerFactory;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;

/**
 * Gives Spring no port of its own: its handler is attached to the admin port, which is open already, and is taken off it
 * when the context closes.
 */
final class AttachingServerFactory implements ReactiveWebServerFactory {
    private final AdminRoutes routes;

    AttachingServerFactory(AdminRoutes routes) {
        this.routes = routes;
    }

    @Override
    public WebServer getWebServer(HttpHandler handler) {
        return new WebServer() {
            @Override
            public void start() {
                routes.controlPlane(new ReactorHttpHandlerAdapter(handler));
            }

            @Override
            public void stop() {
                routes.controlPlane(null);
            }

            @Override
            public int getPort() {
                return Ports.ADMIN;
            }

            @Override
            public void shutDownGracefully(GracefulShutdownCallback callback) {
                // Requests in flight are the drain's to await; by now it has.
                callback.shutdownComplete(GracefulShutdownResult.IDLE);
            }
        };
    }
}
