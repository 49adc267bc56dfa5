package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.support.Octets;
import org.rds4j.tcp.support.PlainRoute;
import org.rds4j.tcp.support.Script;
import org.rds4j.tcp.wire.NetworkOrder;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

/** A peer that sends whatever it likes, with right checksums: nothing throws, nothing leaks, every bound holds. */
class HostileSegmentsTest {
    private final Octets segment = new Octets(2048);

    @Test
    void shouldSurviveAnySegmentInAnyState() {
        for (int seed = 0; seed < 20; seed++) {
            final Script script = new Script(
                Script.plain().timestamps(seed % 2 == 0).windowScale(seed % 3 == 0).maxOutOfOrderRanges(8));
            final Random random = new Random(seed);
            script.listen();
            script.connect();
            final TcpConnection dialled = script.connection;
            for (int i = 0; i < 20_000; i++) {
                script.remotePort = random.nextInt(20) == 0 ? 8999 : Script.REMOTE_PORT;
                deliver(script, random);
                use(script, random);
                if (random.nextInt(50) == 0) {
                    script.after(random.nextLong(100 * Script.MS));
                }
                script.pump();
                drain(script);
            }
            end(script, dialled);
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

    private static void use(final Script script, final Random random) {
        final TcpConnection connection = script.connection;
        if (connection.isClosed()) {
            return;
        }
        assertTrue(connection.receivedPosition() - connection.consumedPosition() <= 65_536);
        assertTrue(connection.bytesInFlight() >= 0 && connection.bytesInFlight() <= 65_537);
        switch (random.nextInt(30)) {
            case 0 -> connection.claimSend(random.nextInt(2000));
            case 1 -> connection.commitSend(random.nextInt(2000));
            case 2, 3 -> connection.consume(connection.receivedPosition());
            case 4 -> connection.noDelay(random.nextBoolean());
            default -> connection.sendSpace();
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

    private void end(final Script script, final TcpConnection dialled) {
        script.listener.close();
        script.connection.abort();
        dialled.abort();
        script.pump();
        drain(script);
        final long counted = script.count(TcpCounter.SEGMENTS_IN);
        assertEquals(20_000, counted);
        assertTrue(script.engine.connectionsInUse() <= 8);
        assertTrue(script.engine.timeWaitRecords() <= 4);
    }
}
