package dev.baton.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What stands behind a proxy: as cheap a server as there is for its protocol. */
enum UserProgram {
    /** The epoll server of {@code integration/load}. */
    HTTP1 {
        @Override
        List<String> command(Path tools, Path work) {
            return List.of(tools.resolve("backend").toString(), "127.0.0.1", Integer.toString(PORT));
        }

        @Override
        void await(Pod pod) throws IOException, InterruptedException {
            pod.await(PORT);
        }
    },

    /** nghttp2's server: 1 KiB for any request to {@code /1024}, with the trailer that ends a call of gRPC. */
    HTTP2 {
        @Override
        List<String> command(Path tools, Path work) throws IOException {
            Path folder = Files.createDirectories(work.resolve("documents"));
            Files.write(folder.resolve("1024"), new byte[1024]);
            return List.of(
                    "nghttpd",
                    "--no-tls",
                    "--address=127.0.0.1",
                    "--trailer=grpc-status: 0",
                    "--htdocs=" + folder,
                    Integer.toString(PORT));
        }

        @Override
        void await(Pod pod) throws IOException, InterruptedException {
            pod.await(List.of("h2load", "-n", "1", "http://127.0.0.1:" + PORT + "/1024"));
        }
    };

    static final int PORT = 8080;

    abstract List<String> command(Path tools, Path work) throws IOException;

    /** Waits until it serves. Blocks. */
    abstract void await(Pod pod) throws IOException, InterruptedException;

    /** Waits until the proxy before it serves over HTTP/2. Blocks. */
    void awaitProxied(Pod pod) throws IOException, InterruptedException {
        pod.await(List.of("h2load", "-n", "1", "http://127.0.0.1:" + Pod.MAIN + "/1024"));
    }
}
