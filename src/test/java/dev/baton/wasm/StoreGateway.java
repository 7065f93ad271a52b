package dev.baton.wasm;

import dev.baton.store.Admission;
import dev.baton.store.Lookup;
import dev.baton.store.ObjectStore;
import dev.baton.store.PutSpec;
import dev.baton.store.Reservation;
import dev.baton.store.Retrieval;
import dev.baton.store.StoredObject;
import dev.baton.store.Upload;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Objects of this process alone: one copy from linear memory to the store, one back. References are not sealed; URLs are not called. */
final class StoreGateway implements ObjectGateway {
    private static final int PART = 1 << 20;

    private final ObjectStore store;

    StoreGateway(ObjectStore store) {
        this.store = store;
    }

    @Override
    public String put(ByteBuffer object, int retrievals) throws Refused, InterruptedException {
        PutSpec spec = new PutSpec(object.remaining(), retrievals, null, "application/octet-stream", null);
        Upload upload =
                switch (store.admit(spec)) {
                    case Admission.Admitted admitted -> admitted.upload();
                    case Admission.Waiting waiting -> await(waiting.upload());
                    case Admission.TooLarge large ->
                        throw new Refused(
                                GuestErrno.EFBIG, "larger than the store's " + large.budgetBytes() + " bytes");
                    case Admission.Refused refused -> throw new Refused(GuestErrno.ENOSPC, "no memory");
                };
        upload.write(object);
        upload.complete();
        return hex(upload.id()) + hex(upload.capability());
    }

    /** Leaves the queue when the caller's time is up. */
    private static Upload await(CompletableFuture<Upload> wait) throws InterruptedException {
        try {
            return wait.get();
        } catch (InterruptedException e) {
            wait.cancel(false);
            throw e;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void get(String reference, Destination into) throws Refused {
        if (reference.length() != 64 || !reference.chars().allMatch(HexFormat::isHexDigit)) {
            throw new Refused(GuestErrno.ENOENT, "no such object");
        }
        UUID id = uuid(reference.substring(0, 32));
        switch (store.find(id, uuid(reference.substring(32)))) {
            case Lookup.Unknown unknown -> throw new Refused(GuestErrno.ENOENT, "no such object");
            case Lookup.Gone gone -> throw new Refused(GuestErrno.ESTALE, "the object is gone: " + gone.reason());
            case Lookup.Found found -> retrieve(found.object(), into);
        }
    }

    private static void retrieve(StoredObject object, Destination into) throws Refused {
        switch (object.reserve()) {
            case Reservation.Busy busy -> throw new Refused(GuestErrno.EAGAIN, "busy");
            case Reservation.Gone gone -> throw new Refused(GuestErrno.ESTALE, "the object is gone: " + gone.reason());
            case Reservation.Reserved reserved -> {
                Retrieval retrieval = reserved.retrieval();
                boolean done = false;
                try {
                    into.expect(retrieval.size());
                    long at = 0;
                    while (!retrieval.finished(at)) {
                        ByteBuffer part = retrieval.read(at, PART);
                        at += part.remaining();
                        into.write(part);
                    }
                    retrieval.commit();
                    done = true;
                } finally {
                    if (!done) {
                        retrieval.giveBack();
                    }
                }
            }
        }
    }

    @Override
    public void invoke(String url, ByteBuffer body, Destination into) throws Refused {
        throw new Refused(GuestErrno.EHOSTUNREACH, "no way to " + url);
    }

    private static String hex(UUID id) {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(id.getMostSignificantBits()) + hex.toHexDigits(id.getLeastSignificantBits());
    }

    private static UUID uuid(String hex) {
        return new UUID(HexFormat.fromHexDigitsToLong(hex, 0, 16), HexFormat.fromHexDigitsToLong(hex, 16, 32));
    }
}
