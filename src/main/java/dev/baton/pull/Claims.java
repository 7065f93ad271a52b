package dev.baton.pull;

import dev.baton.store.Lookup;
import dev.baton.store.ObjectStore;
import dev.baton.store.Reservation;
import dev.baton.store.Retrieval;
import dev.baton.store.StoredObject;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** Finds what a consumer asks for, among the running transfers and the stored objects of this pod. */
public final class Claims {
    /**
     * When all retrievals are under way, the last acknowledgement is often on its way too: a consumer that has just received the
     * object may have told the next one already. So busy is said only after these pauses.
     */
    private static final int[] PATIENCE_MILLIS = {2, 8, 30, 60};

    private final Windows windows;
    private final ObjectStore store;

    /** Looks in both; owns neither. */
    public Claims(Windows windows, ObjectStore store) {
        this.windows = windows;
        this.store = store;
    }

    /** How long to wait before the next attempt, in milliseconds, when the attempt of that number, from 0, has met with busy; -1: give up. */
    public static int patienceMillis(int attempt) {
        return attempt < PATIENCE_MILLIS.length ? PATIENCE_MILLIS[attempt] : -1;
    }

    /** Any thread; the answer comes on the loop, at once or within a tenth of a second. */
    void claim(UUID id, UUID capability, EventLoop loop, Consumer<Claim> answer) {
        attempt(id, capability, loop, answer, 0);
    }

    private void attempt(UUID id, UUID capability, EventLoop loop, Consumer<Claim> answer, int attempt) {
        Claim claim = now(id, capability, loop);
        int patience = claim == Claim.Busy.INSTANCE ? patienceMillis(attempt) : -1;
        if (patience >= 0) {
            loop.schedule(() -> attempt(id, capability, loop, answer, attempt + 1), patience, TimeUnit.MILLISECONDS);
        } else {
            answer.accept(claim);
        }
    }

    private Claim now(UUID id, UUID capability, EventLoop loop) {
        Window window = windows.find(id);
        if (window != null) {
            return same(window.capability(), capability) ? window.claim() : Claim.Unknown.INSTANCE;
        }
        return switch (store.find(id, capability)) {
            case Lookup.Unknown unknown -> Claim.Unknown.INSTANCE;
            case Lookup.Gone gone -> Claim.Gone.INSTANCE;
            case Lookup.Found found ->
                switch (found.object().reserve()) {
                    case Reservation.Busy busy -> Claim.Busy.INSTANCE;
                    case Reservation.Gone gone -> Claim.Gone.INSTANCE;
                    case Reservation.Reserved reserved ->
                        new Claim.Granted(new Stored(found.object(), reserved.retrieval(), loop));
                };
        };
    }

    /** In constant time: an attacker who knows the id learns nothing of the capability. */
    private static boolean same(UUID a, UUID b) {
        return ((a.getMostSignificantBits() ^ b.getMostSignificantBits())
                        | (a.getLeastSignificantBits() ^ b.getLeastSignificantBits()))
                == 0;
    }

    private record Stored(StoredObject object, Retrieval retrieval, EventLoop loop) implements Outgoing {
        @Override
        public long size() {
            return retrieval.size();
        }

        @Override
        public String contentType() {
            return object.contentType();
        }

        @Override
        public @Nullable String digest() {
            return object.digest();
        }

        @Override
        public Flux<ByteBuf> body() {
            return new RetrievalBody(retrieval, loop);
        }

        @Override
        public void commit() {
            retrieval.commit();
        }

        @Override
        public void giveBack() {
            retrieval.giveBack();
        }
    }
}
