package org.rds4j.tcp.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.support.Octets;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;
import org.rds4j.tcp.wire.TcpOptions;

/** What is merged and what is not: a run is written as the numbers of its segments, joined by +. */
class ReceiveAggregatorTest {
    private static final int LENGTH = 100;
    private static final int HEADER = 32;
    private static final int ACK = TcpHeaderFlyweight.ACK;

    private final List<String> delivered = new ArrayList<>();
    private final Octets memory = new Octets(1 << 20);
    private final ReceiveAggregator aggregator = new ReceiveAggregator(new Recorder(), NetworkCounters.allocate());
    private int number;
    private int flags = ACK;
    private int tos;
    private int hops = 64;
    private int window = 1000;
    private int acknowledgement = 1;
    private int timestamp = 5;
    private int port = 9;
    private int payload = LENGTH;
    private boolean plain = true;
    private int sequence = 1;

    private ReceiveAggregatorTest segment() {
        final long address = memory.address() + number * 1024L;
        number++;
        TcpHeaderFlyweight.write(address, port, 80, sequence, acknowledgement, HEADER, flags, window);
        TcpOptions.writeTimestamps(address + TcpHeaderFlyweight.MIN_LENGTH, timestamp, 0);
        UnsafeApi.putInt(address + HEADER, number);
        sequence += payload;
        aggregator.onSegment(0, 1, 0, 2, address, HEADER + payload, tos, hops, plain, true, 0);
        return this;
    }

    private void expect(final String... runs) {
        aggregator.flush(0);
        assertEquals(List.of(runs), delivered);
    }

    @Test
    void shouldMergeWhatFollowsOnUntilTheBurstEnds() {
        segment().segment().segment();
        expect("1+2+3");
    }

    @Test
    void shouldEndARunAtPush() {
        segment();
        flags = ACK | TcpHeaderFlyweight.PSH;
        segment();
        flags = ACK;
        segment().segment();
        expect("1+2", "3+4");
    }

    @Test
    void shouldNotMergeAcrossADifference() {
        segment();
        tos = 3;
        segment();
        tos = 0;
        segment();
        hops = 63;
        segment();
        window = 999;
        segment();
        acknowledgement = 2;
        segment();
        timestamp = 6;
        segment();
        flags = ACK | TcpHeaderFlyweight.ECE;
        segment().segment();
        sequence += 1;
        segment();
        expect("1", "2", "3", "4", "5", "6", "7", "8+9", "10");
    }

    @Test
    void shouldLetControlAndPureAcknowledgementsPassByThemselvesInOrder() {
        for (final int control : new int[] {TcpHeaderFlyweight.FIN, TcpHeaderFlyweight.SYN, TcpHeaderFlyweight.RST, 0x20, 0x80}) {
            flags = ACK;
            segment().segment();
            flags = ACK | control;
            segment();
        }
        flags = ACK;
        payload = 0;
        segment().segment();
        payload = LENGTH;
        plain = false;
        segment().segment();
        expect("1+2", "3!", "4+5", "6!", "7+8", "9!", "10+11", "12!", "13+14", "15!", "16!", "17!", "18!", "19!");
    }

    @Test
    void shouldEndARunAt64Kilobytes() {
        payload = 900;
        for (int i = 0; i < 80; i++) {
            segment();
        }
        aggregator.flush(0);
        assertEquals(2, delivered.size());
        assertEquals(64, delivered.getFirst().split("\\+", -1).length);
    }

    @Test
    void shouldKeepConnectionsApartAndInOrder() {
        final int[] sequences = new int[12];
        for (int round = 0; round < 2; round++) {
            for (int flow = 0; flow < 12; flow++) {
                port = 100 + flow;
                sequence = sequences[flow];
                segment();
                sequences[flow] = sequence;
            }
        }
        aggregator.flush(0);
        assertEquals(24, delivered.stream().mapToInt(run -> run.split("\\+", -1).length).sum());
        for (int flow = 0; flow < 12; flow++) {
            final String all = String.join("+", delivered);
            assertTrue(all.matches("(.*\\+)?" + (flow + 1) + "\\+(.*\\+)?" + (flow + 13) + "(\\+.*)?"), all);
        }
    }

    private final class Recorder implements TransportHandler {
        @Override
        public void onSegment(
            final long remoteHigh, final long remoteLow, final long localHigh, final long localLow, final long address,
            final int length, final int trafficClass, final boolean checksumVerified, final long nowNs) {
            delivered.add(UnsafeApi.getInt(address + HEADER) + "!");
        }

        @Override
        public void onRun(final SegmentRun run, final long nowNs) {
            final List<String> numbers = new ArrayList<>();
            for (int i = 0; i < run.count(); i++) {
                numbers.add(String.valueOf(UnsafeApi.getInt(run.payload(i))));
            }
            delivered.add(String.join("+", numbers));
        }

        @Override
        public void onIcmpError(
            final IcmpErrorKind kind, final int nextHopMtu, final long remoteHigh, final long remoteLow, final long localHigh,
            final long localLow, final long address, final int length, final long nowNs) {
            delivered.add("icmp");
        }
    }
}
