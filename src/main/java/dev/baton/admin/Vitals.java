package dev.baton.admin;

import java.util.concurrent.CompletionStage;

/** How the request plane is, asked of the request plane itself. Any thread; nothing blocks. */
public interface Vitals {
    /** Whether it accepts connections. */
    boolean alive();

    /** What a health check on the main port would be told now: the user's program is ready and the pod is not draining. */
    CompletionStage<Boolean> ready();
}
