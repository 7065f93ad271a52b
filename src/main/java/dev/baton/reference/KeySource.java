package dev.baton.reference;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where keys come from. Called by one thread at a time; blocks for small files. */
interface KeySource {
    /** Reads everything anew; never throws for what is in the files. */
    Found read();

    /** Whether reading again may show a key that was not there before. */
    boolean changes();

    /**
     * What one reading gave.
     *
     * @param keys what could be read
     * @param damaged ids that are there but could not be read: what is known of them stays in use
     * @param current id of the key to seal with, or null if there is none to be read
     * @param whole whether everything was listed, so that a missing key has really gone
     * @param problems lines for the log, which name files and never hold their content
     */
    record Found(List<Key> keys, Set<String> damaged, @Nullable String current, boolean whole, List<String> problems) {
        @Override
        public String toString() {
            return "Found[sealed]";
        }
    }
}
