package dev.baton.soak;

/** What became of one request, as its client saw it. */
enum Outcome {
    /** Answered, and every octet as it must be. */
    ANSWERED("answered"),
    /** 502: the program had failed it. */
    BAD_GATEWAY("502"),
    /** 503: too many were waiting. */
    REFUSED("503"),
    /** 504: a limit ran out. */
    TIMED_OUT("504"),
    /** 4xx: the request itself was bad. */
    REJECTED("4xx"),
    /** The sidecar ended the connection before the end of the answer. */
    CUT("cut"),
    /** The client left before the answer or in its middle. */
    LEFT("left"),
    /** Nothing came for longer than any limit allows. */
    SILENT("silent"),
    /** Something else than was asked for. */
    WRONG("wrong");

    private final String heading;

    Outcome(String heading) {
        this.heading = heading;
    }

    String heading() {
        return heading;
    }
}
