package org.rds4j.perf.jmh;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
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
import org.openjdk.jmh.annotations.Warmup;
import org.rds4j.tcp.wire.InternetChecksum;

/** The Internet checksum over raw memory, with plain loads and with vectors, alone and while copying a payload. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class InternetChecksumBenchmark {
    /** Octets summed. */
    @Param({"64", "1460", "8960"})
    public int length;

    /** Whether vectors are used. */
    @Param({"false", "true"})
    public boolean vectors;

    private final ByteBuffer source = ByteBuffer.allocateDirect(65536);
    private final ByteBuffer destination = ByteBuffer.allocateDirect(65536);
    private final long sourceAddress = BufferUtil.address(source) + 2;
    private final long destinationAddress = BufferUtil.address(destination) + 6;

    /** Made by the harness. */
    public InternetChecksumBenchmark() {
    }

    /** Fills the source, and turns to vectors when they are asked for. */
    @Setup
    public void fill() {
        final byte[] octets = new byte[65536];
        new Random(1).nextBytes(octets);
        source.put(0, octets);
        if (vectors && !InternetChecksum.warmUp()) {
            throw new IllegalStateException("no vectors here: run with --add-modules=jdk.incubator.vector");
        }
    }

    /**
     * Sums.
     *
     * @return the partial sum.
     */
    @Benchmark
    public long sum() {
        return InternetChecksum.partialSum(0, sourceAddress, length);
    }

    /**
     * Copies and sums in one call.
     *
     * @return the partial sum.
     */
    @Benchmark
    public long copyAndSum() {
        return InternetChecksum.copyAndSum(sourceAddress, destinationAddress, length);
    }

    /**
     * Copies, then sums: what {@link #copyAndSum} has to beat.
     *
     * @return the partial sum.
     */
    @Benchmark
    public long copyThenSum() {
        UnsafeApi.copyMemory(sourceAddress, destinationAddress, length);
        return InternetChecksum.partialSum(0, sourceAddress, length);
    }
}
