package org.rds4j.perf.jmh;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
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
import org.rds4j.perf.load.MessagePattern;

/** What the harness itself adds to each measured message: writing its content anew and checking it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MessagePatternBenchmark {
    /** Octets of the message. */
    @Param({"64", "1380", "65536"})
    public int size;

    private UnsafeBuffer message;
    private long index;

    /** Writes the body. */
    @Setup
    public void fill() {
        message = new UnsafeBuffer(ByteBuffer.allocateDirect(size));
        MessagePattern.fill(message, 0, size);
    }

    /**
     * One message sent and received.
     *
     * @return whether it was right.
     */
    @Benchmark
    public boolean stampAndCheck() {
        MessagePattern.stamp(message, 0, size, ++index);
        return MessagePattern.matches(message, 0, size, index);
    }
}
