package dev.baton.wasm;

import java.time.InstantSource;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A whole neighbour call: an instance of its own for the callee, memory for the body from its allocator, the copy, its handle, and the memory
 * cleared for the next instance.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class NeighbourCallBenchmark {
    /** Its allocator gives one place, growing the memory as needed; handle answers nothing. */
    private static final byte[] SINK = HexFormat.of()
            .parseHex(
                    "0061736d0100000001110360017f017f60027f7f0060027f7f017e0304030001020503010001073904066d656d6f727902000f"
                            + "616c6c6f636174655f6d656d6f72790000116465616c6c6f636174655f6d656d6f727900010668616e646c6500020a39032f01017f2000"
                            + "41ffff036a41107641016a3f006b2101200141004a044020014000417f46044041000f0b0b418080040b02000b040042000b");

    @Param({"1024", "65536", "1048576", "10485760", "104857600"})
    int size;

    private FunctionHost host;
    private Guest caller;
    private GuestRegion body;
    private GuestClock clock;

    @Setup
    public void open() throws InterruptedException, LoadException {
        FunctionLimits limits = FunctionLimits.ofMemory(1L << 30);
        host = new FunctionHost(limits, ObjectGateway.NONE, FunctionObserver.NONE, InstantSource.system());
        host.load("sink", SINK);
        ModuleLoader loader = new ModuleLoader(limits, host.memories(), new DeadlineWatch());
        caller = new Guest(host.function("sink"), loader.load(SINK), host.memories(), size);
        clock = host.newClock();
        caller.join(new CallChain(clock, 16));
        body = new GuestRegion(caller);
        body.expect(size);
    }

    @TearDown
    public void close() {
        caller.close();
        host.close();
    }

    @Benchmark
    public long call() {
        clock.start();
        long answer = NeighbourCall.invoke(caller, "sink", body.at(), size);
        clock.stop();
        if (answer != 0) {
            throw new IllegalStateException(caller.lastError());
        }
        return answer;
    }
}
