package dev.baton.demo;

import java.util.List;
import java.util.stream.Collectors;

/** The lines that {@code --serve} prints: each works when pasted into a shell of this machine. */
final class Serve {
    private Serve() {}

    static String lines(Network network, Input input) {
        String file = "'" + input.file().toString().replace("'", "'\\''") + "'";
        String a = curl(network.producer().enter());
        String b = curl(network.consumer().enter());
        String apiA = network.producer().objectApi();
        String apiB = network.consumer().objectApi();
        String receive = Functions.url(network.consumerService(), "/receive").toString();
        String relay = Functions.url(network.functionsService(), "/relay").toString();
        return """
                The pods stay up until Ctrl-C. To try, in another shell%s:

                # put the file in the producer's pod, for two gets
                REF=$(%s -X POST -T %s '%s/v1/objects?retrievals=2')
                # get it in the consumer's pod; a third time answers 410
                %s %s/v1/objects/$REF | sha256sum
                # call the consumer function by reference, from the producer's pod
                %s -X POST -T %s -H 'Baton-Target: %s' %s/v1/invoke
                # the same for any HTTP client: the sidecar as its proxy
                %s -X POST -T %s -x %s %s
                # call a function in Wasm with it, which hands it to its neighbour
                curl -s -X POST -T %s %s
                # how many bytes have crossed the pull port
                %s %s/actuator/prometheus | grep baton_pull_bytes_total
                """
                .formatted(
                        network.producer().enter().isEmpty() ? "" : " (as root)",
                        a,
                        file,
                        apiA,
                        b,
                        apiB,
                        a,
                        file,
                        receive,
                        apiA,
                        a,
                        file,
                        apiA,
                        receive,
                        file,
                        relay,
                        a,
                        apiA);
    }

    private static String curl(List<String> enter) {
        return enter.stream().map(word -> word + " ").collect(Collectors.joining()) + "curl -s";
    }
}
