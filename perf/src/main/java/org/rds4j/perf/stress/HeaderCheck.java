package org.rds4j.perf.stress;

import org.agrona.DirectBuffer;
import org.rds4j.RdsAddress;

/**
 * The header that the next message of a conversation must have.
 *
 * @param sequence    next in order.
 * @param fromAddress that RDS says it came from.
 * @param fromPort    likewise.
 * @param toAddress   our own.
 * @param toPort      our own.
 * @param index       place in the pipeline.
 * @param operation   whatever it is.
 */
record HeaderCheck(
    int sequence, int fromAddress, int fromPort, int toAddress, int toPort, int index, int operation) {
    boolean matches(final DirectBuffer buffer, final int offset) {
        return StressHeader.sequence(buffer, offset) == sequence
            && StressHeader.fromAddress(buffer, offset) == fromAddress
            && StressHeader.fromPort(buffer, offset) == fromPort
            && StressHeader.toAddress(buffer, offset) == toAddress
            && StressHeader.toPort(buffer, offset) == toPort
            && StressHeader.index(buffer, offset) == index
            && StressHeader.operation(buffer, offset) == operation;
    }

    /** Field by field, what was expected and what came. */
    String difference(final DirectBuffer buffer, final int offset) {
        return "An incoming message had a " + (StressHeader.isRetry(buffer, offset) ? "RETRY" : "") + " header which\n"
            + "didn't contain the fields we expected:\n"
            + "    member        expected eq             got\n"
            + line("seq", number(sequence), number(StressHeader.sequence(buffer, offset)))
            + line("from_addr", host(fromAddress), host(StressHeader.fromAddress(buffer, offset)))
            + line("from_port", number(fromPort), number(StressHeader.fromPort(buffer, offset)))
            + line("to_addr", host(toAddress), host(StressHeader.toAddress(buffer, offset)))
            + line("to_port", number(toPort), number(StressHeader.toPort(buffer, offset)))
            + line("index", number(index), number(StressHeader.index(buffer, offset)))
            + line("op", number(operation), number(StressHeader.operation(buffer, offset)));
    }

    private static String line(final String member, final String expected, final String got) {
        return String.format("%10s %15s %s %15s\n", member, expected, expected.equals(got) ? " =" : "!=", got);
    }

    private static String number(final int value) {
        return Integer.toUnsignedString(value);
    }

    private static String host(final int address) {
        return RdsAddress.hostText(0, StressOptions.host(address, 0).low());
    }
}
