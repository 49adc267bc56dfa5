package org.rds4j.tcp.fuzz;

import static org.rds4j.tcp.fuzz.Rules.require;

import java.util.BitSet;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.receive.ReceiveWatcher;
import org.rds4j.tcp.support.Octets;

/** Has a connection tell which octets of the peer's pattern it takes, refuses some when told to, and checks what it hears. */
final class FuzzWatcher implements ReceiveWatcher {
    boolean refuses;
    private final BitSet told = new BitSet();
    private int parts;

    @Override
    public boolean takes(final long address, final int most) {
        require(most > 0, "in " + most + " parts");
        parts = refuses ? 0 : most;
        return !refuses;
    }

    @Override
    public void onTaken(final long position, final long address, final int length) {
        require(parts-- > 0, "told of a part that it was not asked about");
        require(length > 0, "told of nothing");
        require(Octets.firstWrong(address, position, length) < 0, "other octets than those at " + position);
        final int at = (int) position;
        require(told.get(at, at + length).isEmpty(), "told twice of octets at " + position);
        told.set(at, at + length);
    }

    /** Nothing came that it was not told of. */
    void check(final TcpConnection connection) {
        require(told.nextClearBit(0) >= connection.receivedPosition(), "not told of octet " + told.nextClearBit(0));
    }
}
