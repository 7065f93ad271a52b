package dev.baton.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

class ReportTest {
    private static final String SHA256 = "0123456789abcdef".repeat(4);

    @Test
    void aTableForPeople() {
        String text = report(null).text();
        assertThat(text)
                .contains("input    /a \"b\", 2,000,000 bytes\n")
                .contains("SHA-256  " + SHA256)
                .contains("MB/s")
                .contains("Step 3, put: too large.\n")
                .contains("3     put     not applicable")
                .doesNotContain("FAILED");
        assertThat(text.lines().filter(line -> line.startsWith("1 ")))
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .contains(
                                "2,000,000",
                                " 0.500 ",
                                " 4 ",
                                "0.25 + 0.10 + 0.00",
                                "90, 80, 0",
                                " 5 ",
                                "0123456789abcdef",
                                "ok"));
    }

    @Test
    void aFailureIsInTheTableAndBelowIt() {
        Report report = report("other \"bytes\"\n");
        assertThat(report.ok()).isFalse();
        assertThat(report.text()).contains("FAILED: step 1, inline: other \"bytes\"\n");
    }

    @Test
    void jsonThatAParserReads() {
        String json = report("other \"bytes\"\n\t\\").json();
        int tokens = 0;
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
            while (parser.nextToken() != null) {
                tokens++;
            }
        }
        assertThat(tokens).isGreaterThan(50);
        assertThat(json)
                .contains(
                        "\"ok\": false",
                        "\"cpuSeconds\": 0.25",
                        "\"pulledOut\": 5",
                        "\"threads\": 1",
                        "\"bytes\": null");
    }

    @Test
    void markdownForTheReadme() {
        assertThat(report(null).markdown()).contains("| 1 | inline |", "\n|---|---|---|---:|");
    }

    private static Report report(String failure) {
        Step.Cost producer = new Step.Cost(
                Duration.ofMillis(250), 90L << 20, new Counters(Map.of(Flow.PULLED_OUT, 5L), Map.of("threads", 1L)));
        Step.Cost consumer =
                new Step.Cost(Duration.ofMillis(100), 80L << 20, new Counters(Map.of(Flow.PULLED_IN, 5L), Map.of()));
        Step step = new Step(
                1,
                "inline",
                "inline",
                2_000_000,
                Duration.ofMillis(500),
                Duration.ofMillis(10),
                Map.of(Role.PRODUCER, producer, Role.CONSUMER, consumer),
                List.of(SHA256),
                failure,
                "");
        Input input = new Input(Path.of("/a \"b\""), 2_000_000, SHA256);
        return new Report(
                input, "two pods", "a machine", 1, 2, List.of(step, Step.notApplicable(3, "put", "too large")));
    }
}
