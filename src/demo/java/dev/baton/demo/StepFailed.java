package dev.baton.demo;

/** A step did not do what it promises; the message says how. */
final class StepFailed extends Exception {
    private static final long serialVersionUID = 1;

    StepFailed(String message) {
        super(message);
    }
}
