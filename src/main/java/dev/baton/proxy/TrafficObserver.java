package dev.baton.proxy;

/** Is told of every request that the autoscaler counts. Called on any event loop, once each per request; must be cheap. */
public interface TrafficObserver {
    /** A request has come, and may still have to wait for its turn. */
    void arrived(boolean viaActivator);

    /** It is completely done: answered, given up or cut off. */
    void finished(boolean viaActivator);
}
