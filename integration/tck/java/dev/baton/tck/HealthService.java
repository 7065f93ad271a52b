package dev.baton.tck;

import dev.baton.tck.Hpack.Field;
import java.io.IOException;
import java.util.List;

/** The program's side of gRPC's health protocol (grpc/health/v1/health.proto): the name of the service says what the answer is. */
record HealthService(Frames frames, int stream) {
    private static final int SERVING = 1;
    private static final int NOT_SERVING = 2;
    private static final byte[] REFUSED = {0, 0, 0, 7};

    void answer(String question, boolean ready) throws IOException {
        // One message: its flag and length, then field 1, the service, unless that is empty.
        String service = question.length() > 7 ? question.substring(7) : "";
        int dash = service.indexOf('-');
        String kind = dash < 0 ? service : service.substring(0, dash);
        String argument = service.substring(dash + 1);
        switch (kind) {
            case "health" -> whole(message(Integer.parseInt(argument)));
            case "code" -> frames.headers(stream, true, status("200", "application/grpc", argument));
            case "http" -> frames.headers(stream, true, Http2App.head(argument, "text/plain"));
            case "type" -> {
                frames.headers(stream, false, Http2App.head("200", "text/plain"));
                frames.data(stream, true, "text");
            }
            case "no" -> {
                if (argument.equals("trailers")) {
                    frames.headers(stream, false, Http2App.head("200", "application/grpc"));
                    frames.data(stream, true, message(SERVING));
                } else {
                    whole("");
                }
            }
            case "two" -> whole(message(SERVING) + message(SERVING));
            case "compressed" -> whole('\1' + message(SERVING).substring(1));
            case "cut" -> whole("\0\0\0\0\5\b");
            case "reset" -> frames.write(Frames.RST_STREAM, 0, stream, REFUSED);
            case "gone" -> throw new IOException("the connection is to end");
            case "silent" -> {}
            default -> whole(message(ready ? SERVING : NOT_SERVING));
        }
    }

    private void whole(String messages) throws IOException {
        frames.headers(stream, false, Http2App.head("200", "application/grpc"));
        if (!messages.isEmpty()) {
            frames.data(stream, false, messages);
        }
        frames.headers(stream, true, List.of(new Field("grpc-status", "0")));
    }

    private static String message(int health) {
        return health == 0 ? "\0\0\0\0\0" : "\0\0\0\0\2\b" + (char) health;
    }

    private static List<Field> status(String http, String type, String code) {
        return List.of(
                new Field(":status", http),
                new Field("content-type", type),
                new Field("grpc-status", code),
                new Field("grpc-message", "no%20such"));
    }
}
