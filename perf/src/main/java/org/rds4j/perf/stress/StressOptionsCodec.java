package org.rds4j.perf.stress;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The options on the control connection, big-endian and packed.
 * <pre>
 *   0 | depth (4) | request size (4) | ack size (4) | RDMA size (4) | send address (4) | receive address (4)
 *  24 | port (2) | tasks (2) | run time (4)
 *  32 | summary only, real-time, tracing, verify, show parameters, show perfdata, congestion monitor, RDMA use once,
 *     | RDMA use get_mr, RDMA fence, RDMA cache, RDMA key-o-meter, suppress warnings, one way, RDMA mode (1 each)
 *  47 | RDMA vectors (4) | RDMA alignment (4) | connect retries (4)
 * </pre>
 * A run with a type of service has the version in 16 octets before this block, and type of service and an asynchronous flag,
 * 1 octet each, behind it. What stands for RDMA has the values of the original's defaults.
 */
final class StressOptionsCodec {
    /** Octets of the block. */
    static final int LENGTH = 59;
    /** Octets of the version. */
    static final int VERSION_LENGTH = 16;
    /** Octets behind the block when there is a version. */
    static final int TAIL_LENGTH = 2;

    private static final byte[] VERSION = Arrays.copyOf("2.0.7".getBytes(StandardCharsets.US_ASCII), VERSION_LENGTH);
    private static final byte UNSET = (byte) 0xff;

    private StressOptionsCodec() {
    }

    static byte[] encode(final StressOptions options) {
        final boolean isLong = options.serviceLevel() != 0;
        final ByteBuffer block = ByteBuffer.allocate(isLong ? VERSION_LENGTH + LENGTH + TAIL_LENGTH : LENGTH);
        if (isLong) {
            block.put(VERSION);
        }
        block.putInt(options.depth()).putInt(options.requestSize()).putInt(options.ackSize()).putInt(0)
            .putInt(options.sendAddress()).putInt(options.receiveAddress())
            .putShort((short) options.port()).putShort((short) options.tasks()).putInt(options.runSeconds());
        flag(block, options.summaryOnly());
        block.put((byte) 0);
        flag(block, options.tracing());
        flag(block, options.verify());
        flag(block, options.showParameters());
        flag(block, options.showPerfdata());
        flag(block, options.congestionMonitor());
        block.put((byte) 1).put((byte) 0).put((byte) 1).put((byte) 0).put((byte) 0).put(UNSET);
        flag(block, options.oneWay());
        block.put((byte) 0).putInt(1).putInt(0).putInt(options.connectRetries());
        if (isLong) {
            block.put((byte) options.serviceLevel()).put((byte) 0);
        }
        return block.array();
    }

    private static void flag(final ByteBuffer block, final boolean isSet) {
        block.put((byte) (isSet ? 1 : 0));
    }

    /** Whether the first octets received are a version, so that more of them come than of a block alone. */
    static boolean isVersion(final byte[] first16) {
        return Arrays.equals(first16, VERSION);
    }

    /**
     * The options in a block.
     *
     * @param octets a block, with version and tail or without.
     * @throws StressException when they ask for what is not available here.
     */
    static StressOptions decode(final byte[] octets) {
        final boolean isLong = octets.length > LENGTH;
        final ByteBuffer block = ByteBuffer.wrap(octets).position(isLong ? VERSION_LENGTH : 0);
        final int depth = block.getInt();
        final int requestSize = block.getInt();
        final int ackSize = block.getInt();
        final int rdmaSize = block.getInt();
        final int sendAddress = block.getInt();
        final int receiveAddress = block.getInt();
        final int port = block.getShort() & 0xffff;
        final int tasks = block.getShort() & 0xffff;
        final int runSeconds = block.getInt();
        final byte[] flags = new byte[15];
        block.get(flags);
        block.getInt();
        block.getInt();
        final int connectRetries = block.getInt();
        final int serviceLevel = isLong ? block.get() & 0xff : 0;
        final boolean isAsynchronous = isLong && block.get() != 0;
        if (rdmaSize != 0 || isAsynchronous) {
            throw new StressException("the peer asks for " + (rdmaSize != 0 ? "RDMA" : "asynchronous sends")
                + ", which RDS over TCP does not have");
        }
        return new StressOptions(
            depth, requestSize, ackSize, sendAddress, receiveAddress, port, tasks, runSeconds, flags[0] != 0, flags[2] != 0,
            flags[3] != 0, flags[4] != 0, flags[5] != 0, flags[6] != 0, flags[13] != 0, connectRetries, serviceLevel);
    }
}
