package dev.baton.profiling;

import java.lang.management.ThreadInfo;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * What each thread does, one after the other: in the trace event format that Perfetto and Chrome show ("Trace Event Format", complete
 * events), as Go's own format has no words for another runtime. One use each.
 */
final class ThreadTrace implements Sampling.Watcher {
    private record Doing(String what, long since, long cpu) {}

    private final Map<Long, Doing> running = new HashMap<>();
    private final Map<Long, Doing> seen = new HashMap<>();
    private final StringBuilder events = new StringBuilder(16 * 1024).append("{\"traceEvents\":[");
    private long now;

    private ThreadTrace() {}

    /** Blocks for the length, and tells what it has seen until then. */
    static byte[] record(Duration length, BooleanSupplier over) {
        ThreadTrace made = new ThreadTrace();
        Sampling.run(length, over, made);
        made.seen.clear();
        made.round(made.now);
        return made.events.append("\n]}\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void see(ThreadInfo thread, long cpuNanos) {
        StackTraceElement[] stack = thread.getStackTrace();
        String state = thread.getThreadState().name().toLowerCase(java.util.Locale.ROOT);
        String what =
                stack.length == 0 ? state : state + " " + stack[0].getClassName() + "." + stack[0].getMethodName();
        long id = thread.getThreadId();
        if (!running.containsKey(id)) {
            event(id, "\"ph\":\"M\",\"name\":\"thread_name\",\"args\":{\"name\":", thread.getThreadName(), "}");
        }
        seen.put(id, new Doing(what, now, cpuNanos));
    }

    @Override
    public void round(long nanos) {
        running.forEach((id, before) -> {
            Doing after = seen.get(id);
            if (after == null || !after.what().equals(before.what())) {
                long micros = (nanos - before.since()) / 1000;
                event(
                        id,
                        "\"ph\":\"X\",\"ts\":" + before.since() / 1000 + ",\"dur\":" + micros + ",\"name\":",
                        before.what(),
                        "");
            }
        });
        running.keySet().retainAll(seen.keySet());
        seen.forEach((id, doing) ->
                running.merge(id, doing, (before, after) -> before.what().equals(after.what()) ? before : after));
        seen.clear();
        now = nanos;
    }

    private void event(long thread, String head, String name, String tail) {
        events.append(events.charAt(events.length() - 1) == '[' ? "\n" : ",\n")
                .append("{\"pid\":1,\"tid\":")
                .append(thread)
                .append(',')
                .append(head)
                .append('"');
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            // Names of threads and methods need no more: others have no place in them.
            events.append(c == '"' || c == '\\' || c < ' ' ? '?' : c);
        }
        events.append('"').append(tail).append('}');
    }
}
