package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.support.Octets;
import org.rds4j.tcp.support.PlainRoute;
import org.rds4j.tcp.support.Script;
import org.rds4j.tcp.wire.NetworkOrder;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

/** A peer that sends whatever it likes, with right checksums: nothing throws, nothing leaks, every bound holds. */
class HostileSegmentsTest {
    private static final int SEGMENTS = 20_000;

    private final Octets segment = new Octets(2048);
    private final List<TcpConnection> held = new ArrayList<>();
    private final Map<TcpState, Integer> met = new EnumMap<>(TcpState.class);

    @Test
    void shouldSurviveAnySegmentInAnyState() {
        for (int seed = 0; seed < 20; seed++) {
            final Script script = new Script(
                Script.plain().timestamps(seed % 2 == 0).windowScale(seed % 3 == 0).maxOutOfOrderRanges(8));
            final Random random = new Random(seed);
            script.listen();
            script.connect();
            for (int i = 0; i < SEGMENTS; i++) {
                script.remotePort = random.nextInt(20) == 0 ? 8999 : Script.REMOTE_PORT;
                deliver(script, random);
                hold(script);
                held.forEach(connection -> use(connection, random));
                if (held.isEmpty() && random.nextInt(4) == 0) {
                    script.connect();
                }
                if (random.nextInt(50) == 0) {
                    script.after(random.nextLong(100 * Script.MS));
                }
                script.pump();
                drain(script);
            }
            end(script);
        }
        for (final TcpState state : TcpState.values()) {
            final boolean isHeld = state != TcpState.CLOSED && state != TcpState.TIME_WAIT;
            assertTrue(!isHeld || met.getOrDefault(state, 0) > SEGMENTS / 20, state + " of " + met);
        }
    }

    /** Takes what was accepted or dialled, and gives back what has ended. */
    private void hold(final Script script) {
        if (script.connection != null && !held.contains(script.connection)) {
            held.add(script.connection);
        }
        script.connection = null;
        for (int i = held.size() - 1; i >= 0; i--) {
            if (held.get(i).isClosed()) {
                held.remove(i).release();
            }
        }
    }

    /** A segment whose numbers lie around what the last one sent by the engine would make plausible. */
    private void deliver(final Script script, final Random random) {
        final long address = segment.address();
        final int headerLength = 20 + 4 * (random.nextInt(4) == 0 ? random.nextInt(11) : 0);
        final int length = headerLength + (random.nextInt(3) == 0 ? random.nextInt(1400) : 0);
        for (int i = 0; i < headerLength; i += 4) {
            NetworkOrder.putInt(address + i, random.nextInt());
        }
        final int flags = random.nextInt(4) == 0 ? random.nextInt(256) : TcpHeaderFlyweight.ACK;
        TcpHeaderFlyweight.write(
            address, script.remotePort, Script.LOCAL_PORT, lastAcknowledgement + around(random),
            lastSequence + around(random), headerLength, flags, random.nextInt(65_536));
        script.deliver(address, random.nextInt(100) == 0 ? random.nextInt(length + 1) : length);
    }

    private int lastSequence;
    private int lastAcknowledgement;

    private static int around(final Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextInt();
            case 1 -> random.nextInt(200_000) - 100_000;
            case 2 -> random.nextInt(3000) - 1500;
            case 3 -> 1;
            default -> 0;
        };
    }

    private void use(final TcpConnection connection, final Random random) {
        met.merge(connection.state(), 1, Integer::sum);
        assertTrue(connection.receivedPosition() - connection.consumedPosition() <= 65_536);
        assertTrue(connection.bytesInFlight() >= 0 && connection.bytesInFlight() <= 65_537);
        if (connection.state().maySend()) {
            send(connection, random);
        }
        switch (random.nextInt(30)) {
            case 0, 1 -> connection.consume(connection.receivedPosition());
            case 2 -> connection.noDelay(random.nextBoolean());
            default -> connection.sendSpace();
        }
    }

    private static void send(final TcpConnection connection, final Random random) {
        final int choice = random.nextInt(300);
        if (choice < 10) {
            connection.claimSend(random.nextInt(2000));
        } else if (choice < 20) {
            connection.commitSend(random.nextInt(2000));
        } else if (choice < 22) {
            connection.closeSend();
        } else if (choice < 23) {
            connection.close();
        }
    }

    private void drain(final Script script) {
        while (!script.sink.isEmpty()) {
            final long address = script.sink.headAddress() + PlainRoute.OVERHEAD;
            lastSequence = TcpHeaderFlyweight.sequence(address);
            lastAcknowledgement = TcpHeaderFlyweight.acknowledgement(address);
            script.sink.removeHead();
        }
    }

    private void end(final Script script) {
        script.listener.close();
        held.forEach(TcpConnection::abort);
        script.after(300 * Script.SECOND);
        script.pump();
        drain(script);
        hold(script);
        assertEquals(SEGMENTS, script.count(TcpCounter.SEGMENTS_IN));
        assertEquals(List.of(), held);
        assertEquals(0, script.engine.connectionsInUse());
        assertEquals(0, script.engine.timeWaitRecords());
        assertEquals(0, script.engine.streamBuffersInUse());
        assertEquals(0, script.engine.sendRecordsLent());
    }
}
