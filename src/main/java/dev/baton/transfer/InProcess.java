package dev.baton.transfer;

import dev.baton.config.OfferHosts;
import dev.baton.http.Problem;
import dev.baton.pull.DataPath;
import dev.baton.pull.ErrorCode;
import dev.baton.pull.Pull;
import dev.baton.pull.PullClient;
import dev.baton.pull.PullProtocol;
import dev.baton.store.Admission;
import dev.baton.store.ObjectStore;
import dev.baton.store.PutSpec;
import dev.baton.store.Upload;
import dev.baton.transfer.TransferStats.Operation;
import dev.baton.transfer.TransferStats.Outcome;
import dev.baton.wire.HeldBody;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpStatusClass;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The object API for functions that live in this process, without HTTP: {@code put}, {@code get} and {@code invoke} on their memory. The
 * methods block and end soon after an interrupt; never on an event loop.
 */
public final class InProcess {
    private final ObjectStore store;
    private final References references;
    private final PullClient pulls;
    private final InvokeTools invokes;
    private final OfferHosts offerHosts;
    private final TransferStats stats;
    private final Duration putWait;
    private final EventLoopGroup loops;

    /** Where bytes are wanted: like a channel that is never full. */
    public interface Sink {
        /** How many bytes there will be, before the first; not called if that is unknown. */
        void expect(long bytes);

        /** The next bytes; they are the caller's again when this returns. */
        void write(ByteBuffer bytes);
    }

    /** The call was not done. */
    public static final class RefusedCallException extends Exception {
        private static final long serialVersionUID = 1;

        private final ErrorCode code;

        RefusedCallException(ErrorCode code, String detail) {
            super(detail, null, false, false);
            this.code = code;
        }

        /** One of the object API's problem codes, such as {@code gone}. */
        public String code() {
            return code.code();
        }

        /** As HTTP tells it. */
        public Problem problem() {
            return code.problem(String.valueOf(getMessage()));
        }
    }

    InProcess(
            ObjectStore store,
            References references,
            PullClient pulls,
            InvokeTools invokes,
            OfferHosts offerHosts,
            TransferStats stats,
            Duration putWait,
            EventLoopGroup loops) {
        this.store = store;
        this.references = references;
        this.pulls = pulls;
        this.invokes = invokes;
        this.offerHosts = offerHosts;
        this.stats = stats;
        this.putWait = putWait;
        this.loops = loops;
    }

    /** Stores what remains of the buffer, in one copy. Gives the reference's text. */
    public String put(ByteBuffer object, int retrievals) throws RefusedCallException, InterruptedException {
        long startNanos = System.nanoTime();
        int size = object.remaining();
        if (retrievals < 1) {
            throw new RefusedCallException(ErrorCode.BAD_REQUEST, "an object is for one retrieval at least");
        }
        Upload upload = admit(new PutSpec(size, retrievals, null, PullProtocol.OCTETS, null));
        boolean whole = false;
        try {
            upload.write(object);
            upload.complete();
            whole = true;
        } finally {
            if (!whole) {
                upload.abort();
            }
        }
        String reference = seal(upload, size, retrievals);
        stats.count(Operation.PUT, DataPath.MEMORY, Outcome.DONE, size, startNanos);
        return reference;
    }

    /** Nobody could ask for an object without a reference: it does not stay. */
    private String seal(Upload upload, int size, int retrievals) throws RefusedCallException {
        try {
            return references.seal(
                    upload.id(),
                    upload.capability(),
                    size,
                    retrievals,
                    upload.expires().toEpochMilli());
        } catch (RefusedException unsealed) {
            store.delete(upload.id(), upload.capability());
            throw refusal(unsealed);
        }
    }

    private Upload admit(PutSpec spec) throws RefusedCallException, InterruptedException {
        return switch (store.admit(spec)) {
            case Admission.Admitted admitted -> admitted.upload();
            case Admission.Waiting waiting -> turn(waiting.upload());
            case Admission.TooLarge tooLarge ->
                throw new RefusedCallException(
                        ErrorCode.TOO_LARGE, "the store holds " + tooLarge.budgetBytes() + " bytes in all");
            case Admission.Refused refused ->
                throw new RefusedCallException(ErrorCode.STORE_FULL, "the machine has no memory for it");
        };
    }

    private Upload turn(CompletableFuture<Upload> turn) throws RefusedCallException, InterruptedException {
        try {
            return Turns.await(turn, putWait, Upload::abort);
        } catch (RefusedException refused) {
            throw refusal(refused);
        }
    }

    /** Retrieves the object once; the retrieval is committed when the last byte has been written to the sink. */
    public void get(String reference, Sink into) throws RefusedCallException, InterruptedException {
        long startNanos = System.nanoTime();
        Pull.Bytes bytes;
        try {
            bytes = BlockingPull.pull(pulls, references.open(reference), loops.next());
        } catch (RefusedException refused) {
            throw refusal(refused);
        }
        boolean whole = false;
        long moved = 0;
        try {
            if (bytes.size() >= 0) {
                into.expect(bytes.size());
            }
            moved = BlockingBody.drain(bytes.body(), into);
            whole = true;
        } finally {
            if (whole) {
                bytes.ending().acknowledge();
            } else {
                bytes.ending().abandon();
            }
            stats.count(Operation.GET, bytes.path(), whole ? Outcome.DONE : Outcome.BROKEN, moved, startNanos);
        }
    }

    /** Calls the URL with what remains of the buffer and writes the body of a 2xx answer to the sink. */
    public void invoke(String url, ByteBuffer body, Sink into) throws RefusedCallException, InterruptedException {
        EventLoop loop = loops.next();
        try (LentBody lent = new LentBody(body)) {
            CompletableFuture<Answer> answered = new CompletableFuture<>();
            Disposable call = call(url, body.remaining(), lent, loop)
                    .subscribe(
                            answer -> {
                                if (!answered.complete(answer)) {
                                    answer.end().broken(0);
                                }
                            },
                            answered::completeExceptionally);
            Answer answer;
            try {
                answer = await(answered);
            } finally {
                if (!answered.isDone() || answered.isCancelled()) {
                    call.dispose();
                }
            }
            take(answer, loop, into);
        }
    }

    private Mono<Answer> call(String url, int size, LentBody lent, EventLoop loop) {
        return Mono.<Answer>create(sink -> {
                    Target target = Target.of(url);
                    HttpHeaders fields = new DefaultHttpHeaders()
                            .set(HttpHeaderNames.HOST, target.authority())
                            .set(HttpHeaderNames.CONTENT_TYPE, PullProtocol.OCTETS);
                    boolean offered = offerHosts.allows(target.host()) || offerHosts.allows(target.authority());
                    InvokeCall call = new InvokeCall(HttpMethod.POST, false, target, fields, size, offered);
                    new Invocation(call, new HeldBody(lent.body(), loop), loop, invokes, sink).start();
                })
                .subscribeOn(Schedulers.fromExecutor(loop));
    }

    private static void take(Answer answer, EventLoop loop, Sink into)
            throws RefusedCallException, InterruptedException {
        boolean good = answer.status().codeClass() == HttpStatusClass.SUCCESS;
        boolean whole = false;
        long moved = 0;
        try {
            if (good && answer.size() >= 0) {
                into.expect(answer.size());
            }
            moved = BlockingBody.drain(answer.body(), good ? into : BlockingBody.NOWHERE);
            whole = true;
        } finally {
            boolean done = whole;
            long bytes = moved;
            loop.execute(() -> {
                if (done) {
                    answer.end().whole(bytes);
                } else {
                    answer.end().broken(bytes);
                }
            });
        }
        if (!good) {
            throw new RefusedCallException(
                    ErrorCode.BAD_REQUEST,
                    "the function answered " + answer.status().code());
        }
    }

    private static <T> T await(CompletableFuture<T> future) throws RefusedCallException, InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RefusedException refused) {
                throw refusal(refused);
            }
            throw new IllegalStateException(failed.getCause());
        } catch (InterruptedException left) {
            // What still comes finds the future taken, and lets go.
            future.cancel(false);
            throw left;
        }
    }

    static RefusedCallException refusal(RefusedException refused) {
        return new RefusedCallException(refused.code(), refused.detail());
    }
}
