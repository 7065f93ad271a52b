package dev.baton.tools;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs one fuzz target, as scripts/fuzz wants it: Jazzer fuzzes one in a process, and takes what it may from the environment. */
final class Fuzz {
    private static final int FINDING = 1;
    private static final int NOT_RUN = 3;

    private Fuzz() {}

    /** Ends the process: 0 nothing found, 1 a finding, 3 the target has not run. */
    public static void main(String[] arguments) { // the class of the target
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(arguments[0]))
                .filters(EngineFilter.includeEngines("junit-jupiter"))
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "false")
                // For Jazzer alone, which takes it for the longest that a single input may need.
                .configurationParameter("junit.jupiter.execution.timeout.mode", "disabled")
                .configurationParameter("junit.jupiter.execution.timeout.default", "20s")
                .build();
        LauncherFactory.create().execute(request, listener);
        TestExecutionSummary summary = listener.getSummary();
        summary.printFailuresTo(new PrintWriter(System.err, true, Charset.defaultCharset()), 40);
        if (summary.getTotalFailureCount() > 0) {
            System.exit(FINDING);
        }
        System.exit(summary.getTestsSucceededCount() > 0 ? 0 : NOT_RUN);
    }
}
