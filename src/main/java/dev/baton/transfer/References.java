package dev.baton.transfer;

import dev.baton.pull.ErrorCode;
import dev.baton.pull.PullClient;
import dev.baton.reference.Opened;
import dev.baton.reference.Reference;
import dev.baton.reference.ReferenceCodec;
import java.util.UUID;

/** Seals what this sidecar gives away and opens what it is given. Any thread. */
final class References {
    private final ReferenceCodec codec;
    private final PullClient.Self self;

    References(ReferenceCodec codec, PullClient.Self self) {
        this.codec = codec;
        this.self = self;
    }

    /**
     * Seals a reference to something of this pod.
     *
     * @param size in bytes, or -1 while unknown
     * @throws RefusedException when the key has sealed as often as it may
     */
    String seal(UUID object, UUID capability, long size, int retrievals, long expiresAtMillis) {
        try {
            return codec.seal(new Reference(
                    self.address().getAddress(),
                    self.address().getPort(),
                    object,
                    capability,
                    self.epoch(),
                    size,
                    retrievals,
                    expiresAtMillis));
        } catch (IllegalStateException usedUp) {
            throw new RefusedException(ErrorCode.BUSY, "no reference can be sealed before the keys are rotated");
        }
    }

    /** @throws RefusedException not-found or gone */
    Reference open(String text) {
        return switch (codec.open(text)) {
            case Opened.Valid valid -> valid.reference();
            case Opened.Expired expired -> throw new RefusedException(ErrorCode.GONE, "the reference has expired");
            case Opened.Invalid invalid -> throw new RefusedException(ErrorCode.NOT_FOUND, "no such object");
        };
    }

    /** Whether the object lives in this pod, under this start of the sidecar. */
    boolean own(Reference reference) {
        return self.holds(reference) && reference.epoch() == self.epoch();
    }
}
