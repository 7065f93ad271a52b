package dev.baton.reference;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Every put seals one reference, every get opens one. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ReferenceBenchmark {
    private ReferenceCodec codec;
    private Reference reference;
    private String valid;
    private String forged;
    private String unknown;
    private String malformed;

    @Setup
    public void seal() throws Exception {
        SecureRandom random = new SecureRandom();
        InstantSource clock = InstantSource.system();
        KeyRing keys = KeyRing.process(Duration.ofHours(1), clock, random);
        codec = new ReferenceCodec(keys, "tenant", clock, random);
        long expires = clock.millis() + Duration.ofHours(1).toMillis();
        reference = new Reference(
                InetAddress.getByName("10.1.2.3"), 8013, new UUID(1, 2), new UUID(3, 4), 5, 1 << 20, 1, expires);
        valid = codec.seal(reference);
        char last = valid.charAt(valid.length() - 1);
        forged = valid.substring(0, valid.length() - 1) + (last == 'A' ? 'B' : 'A');
        unknown = "xdt1.0123456789abcdef" + valid.substring(valid.lastIndexOf('.'));
        malformed = "x".repeat(valid.length());
    }

    /** The time of these two beside {@link #refusing()}'s shows whether an answer tells why. */
    @Benchmark
    public Opened refusingAnUnknownKey() {
        return codec.open(unknown);
    }

    @Benchmark
    public Opened refusingWhatIsNoReference() {
        return codec.open(malformed);
    }

    @Benchmark
    public String sealing() {
        return codec.seal(reference);
    }

    @Benchmark
    public Opened opening() {
        return codec.open(valid);
    }

    @Benchmark
    public Opened refusing() {
        return codec.open(forged);
    }
}
