package dev.baton.demo;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What must be true of a step for it to count.
 *
 * @param receivers how many must have seen the whole file
 * @param gateway bytes of the file that pass the gateway, give or take what requests and answers say beside it
 * @param counters what each sidecar must have counted, no more and no less; how the kernel moved it is not prescribed
 */
record Expected(int receivers, long gateway, Map<Role, Counters> counters) {
    /** References, hashes and refusals pass the gateway in every step. */
    private static final long TALK = 8 * 1024;

    static Expected receivers(int receivers) {
        return new Expected(receivers, 0, Map.of());
    }

    /** The file, or several times the file, passes the gateway as a body. */
    Expected inline(long bytes) {
        return new Expected(receivers, bytes, counters);
    }

    /** Bytes over the pull port from one pod to another. */
    Expected pulled(Role from, Role to, long bytes) {
        return counted(from, Flow.PULLED_OUT, bytes).counted(to, Flow.PULLED_IN, bytes);
    }

    Expected counted(Role role, Flow flow, long bytes) {
        Map<Flow, Long> flows = new EnumMap<>(Flow.class);
        flows.putAll(due(role).bytes());
        flows.merge(flow, bytes, Long::sum);
        Map<Role, Counters> more = new EnumMap<>(Role.class);
        more.putAll(counters);
        more.put(role, new Counters(flows, Map.of()));
        return new Expected(receivers, gateway, more);
    }

    private Counters due(Role role) {
        return counters.getOrDefault(role, Counters.NONE);
    }

    /** Whether this sidecar has counted what it must, so that there is nothing to wait for. */
    boolean met(Role role, Counters counted) {
        return differences(role, counted).isEmpty();
    }

    private List<String> differences(Role role, Counters counted) {
        return counted.anyWay().differences(due(role));
    }

    /**
     * Why the step failed; null if it did not.
     *
     * @param bytes seen by all receivers together
     */
    @Nullable
    String judge(Input input, List<String> sha256, long bytes, long passedGateway, Map<Role, Counters> counted) {
        if (sha256.size() != receivers) {
            return sha256.size() + " receivers told what they saw, not " + receivers;
        }
        for (String seen : sha256) {
            if (!seen.equals(input.sha256())) {
                return "the far end saw SHA-256 " + seen + ", the input has " + input.sha256();
            }
        }
        if (receivers > 0 && bytes != receivers * input.bytes()) {
            return "the far end saw " + bytes + " bytes, not " + receivers * input.bytes();
        }
        List<String> wrong = new ArrayList<>();
        for (Role role : Role.values()) {
            List<String> differences = differences(role, counted.getOrDefault(role, Counters.NONE));
            if (!differences.isEmpty()) {
                wrong.add(role.letter() + " " + String.join(", ", differences));
            }
        }
        if (!wrong.isEmpty()) {
            return "the sidecars counted other bytes: " + String.join("; ", wrong);
        }
        if (passedGateway < gateway || passedGateway > gateway + receivers * TALK + TALK) {
            return passedGateway + " bytes passed the gateway (due: " + gateway + " and a little)";
        }
        return null;
    }
}
