package dev.baton.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Calls the sample functions as any client outside of the pods does: through the gateway. Any thread; blocks. */
final class Functions {
    private final HttpClient http;

    Functions(HttpClient http) {
        this.http = http;
    }

    /** The function's answer: its status and its text. */
    record Answer(int status, String text) {
        /** The lines {@code name=value} of a sample function's answer. */
        Map<String, String> values() {
            Map<String, String> values = new HashMap<>();
            text.lines().filter(line -> line.contains("=")).forEach(line -> {
                int at = line.indexOf('=');
                values.put(line.substring(0, at), line.substring(at + 1));
            });
            return values;
        }

        /** Its status and its first line, for a message. */
        String said() {
            return status + " " + text.lines().findFirst().orElse("");
        }

        /** True for the object API's refusal of this kind, whose problem document the function passed on. */
        boolean refused(int expected, String code) {
            return status == expected && text.replace(" ", "").contains("\"code\":\"" + code + "\"");
        }
    }

    Answer call(InetSocketAddress service, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(url(service, path))
                .timeout(Duration.ofSeconds(Workload.TIMEOUT_SECONDS))
                .POST(BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        return new Answer(answer.statusCode(), answer.body());
    }

    static URI url(InetSocketAddress service, String path) {
        String port = service.getPort() == 80 ? "" : ":" + service.getPort();
        return URI.create("http://" + service.getAddress().getHostAddress() + port + path);
    }
}
