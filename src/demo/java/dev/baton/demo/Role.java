package dev.baton.demo;

import java.util.Locale;

/** The pods of a run, as the table's letters name them. */
enum Role {
    /** A: a sidecar and a function in a container. */
    PRODUCER("A"),
    /** B: another one. */
    CONSUMER("B"),
    /** C: a sidecar that runs functions in Wasm itself. */
    FUNCTIONS("C");

    private final String letter;

    Role(String letter) {
        this.letter = letter;
    }

    String letter() {
        return letter;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
