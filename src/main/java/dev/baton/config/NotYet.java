package dev.baton.config;

/** What the settings ask for and this version does not do: said in the start-up log, so that nobody waits for it in vain. */
final class NotYet {
    private NotYet() {}

    static void warn(Env env, TransferSettings transfer) {
        warnIf(env, transfer.earlyAccept(), "BATON_EARLY_ACCEPT has no effect");
        warnIf(env, transfer.nodeDirectory() != null, "BATON_NODE_DIR has no effect");
    }

    private static void warnIf(Env env, boolean asked, String line) {
        if (asked) {
            env.warn("not in this version: " + line);
        }
    }
}
