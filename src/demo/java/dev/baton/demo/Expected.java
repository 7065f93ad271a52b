package dev.baton.demo;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What must be true of a step for it to count.
 *
 * @param path how the bytes cross between the pods
 * @param receivers how many must have seen the whole file
 * @param toConsumer bytes over the producer's pull port to the consumer's sidecar, no more and no less
 * @param toProducer the other way round
 */
record Expected(String path, int receivers, long toConsumer, long toProducer) {
    /** Over the pull port, in a way that the sidecars' counters tell. */
    static final String REFERENCE = "reference";

    Pulled producer() {
        return new Pulled(toConsumer, toProducer);
    }

    Pulled consumer() {
        return new Pulled(toProducer, toConsumer);
    }

    /** The path in the table: how the kernel or the sidecar moved what crossed the pull port. */
    String path(long splicedBytes) {
        if (!path.equals(REFERENCE)) {
            return path;
        }
        return 2 * splicedBytes > toConsumer + toProducer ? "splice" : "copy";
    }

    /** Why the step failed; null if it did not. */
    @Nullable
    String judge(Input input, List<String> sha256, long bytes, Pulled producer, Pulled consumer) {
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
        if (!producer.equals(producer()) || !consumer.equals(consumer())) {
            return "over the pull ports went " + producer.out() + " bytes out of the producer's sidecar and "
                    + consumer.in() + " into the consumer's (due: " + toConsumer + "), " + consumer.out() + " and "
                    + producer.in() + " the other way (due: " + toProducer + ")";
        }
        return null;
    }
}
