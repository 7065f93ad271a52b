package dev.baton.soak;

/**
 * What a sidecar holds for its object API.
 *
 * @param bytes of objects in its store
 * @param transfers that have a window, and those that wait for one
 * @param waiters puts that wait for room
 * @param offers bodies that another sidecar may pull
 */
record Objects(long bytes, long objects, long retrievals, long transfers, long waiters, long offers) {
    static final Objects NONE = new Objects(0, 0, 0, 0, 0, 0);

    boolean nothing() {
        return equals(NONE);
    }

    @Override
    public String toString() {
        return objects + ", " + bytes + " B | " + transfers + " + " + waiters + " | " + offers + " + " + retrievals;
    }
}
