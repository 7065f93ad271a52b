package dev.baton.tck;

import java.util.List;
import java.util.Map;

/**
 * Cases that share one sidecar process.
 *
 * @param environment variables changed from what the controller sets; {@code -} leaves one out
 * @param startsItself true if every case starts a process of its own
 */
record Group(String name, Map<String, String> environment, boolean startsItself, List<Case> cases) {
    Group(String name, Map<String, String> environment, List<Case> cases) {
        this(name, environment, false, cases);
    }
}
