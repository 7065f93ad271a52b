package dev.baton.transfer;

import dev.baton.pull.ErrorCode;
import dev.baton.store.Charge;
import dev.baton.store.Charging;
import dev.baton.store.ObjectStore;
import java.time.Duration;

/** Room in the store's budget for files, which lie outside the store's own memory. Blocks; never on an event loop. */
final class FileRoom {
    private final ObjectStore store;
    private final Lents lents;

    FileRoom(ObjectStore store, Lents lents) {
        this.store = store;
        this.lents = lents;
    }

    /**
     * Waits in line for room, if need be.
     *
     * @throws RefusedException too-large, too-many-files, or store-full after the wait
     */
    Charge take(long bytes, Duration wait) throws InterruptedException {
        return switch (store.charge(bytes)) {
            case Charging.Granted granted -> granted.charge();
            case Charging.Waiting waiting -> {
                lents.sweep();
                yield Turns.await(waiting.charge(), wait, Charge::close);
            }
            case Charging.TooLarge tooLarge ->
                throw new RefusedException(
                        ErrorCode.TOO_LARGE, "the store holds " + tooLarge.budgetBytes() + " bytes in all");
            case Charging.TooMany tooMany ->
                throw new RefusedException(ErrorCode.TOO_MANY_FILES, "send or get its bytes instead");
        };
    }
}
