package org.rds4j.tcp.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.rds4j.tcp.network.NetworkFixture.OWN;
import static org.rds4j.tcp.network.NetworkFixture.OWN6;
import static org.rds4j.tcp.network.NetworkFixture.OWN_MAC;
import static org.rds4j.tcp.network.NetworkFixture.PEER;
import static org.rds4j.tcp.network.NetworkFixture.PEER6;
import static org.rds4j.tcp.network.NetworkFixture.PEER_MAC;
import static org.rds4j.tcp.network.NetworkFixture.SECOND;
import static org.rds4j.tcp.network.NetworkFixture.ethernet;
import static org.rds4j.tcp.network.NetworkFixture.patched;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkCapabilities;

class ReassemblyTest {
    private static final int CONTEXTS = 4;

    private final byte[] segment = new byte[3000];
    private NetworkFixture net;

    @BeforeEach
    void prepare() {
        new Random(4).nextBytes(segment);
        net = Ipv6Fixture.ready(InterfaceConfiguration.of(OWN_MAC, Ipv6Fixture.ADDRESSES,
            new LinkCapabilities(1500, 32, true, true, 0, true, true, false))
            .withTuning(NetworkTuning.builder().reassemblyContexts(CONTEXTS).build()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldPutAPacketTogetherInEveryOrder(final boolean isIpv6) {
        final Random random = new Random(5);
        for (int round = 0; round < 200; round++) {
            final int length = 400 + random.nextInt(2600);
            final List<byte[]> pieces = pieces(isIpv6, round, length, 8 * (1 + random.nextInt(48)));
            Collections.shuffle(pieces, random);
            for (int i = 0; i < pieces.size() - 1; i++) {
                assertEquals(NetworkCounter.IP_FRAGMENT_KEPT, net.receive(pieces.get(i)));
            }
            assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(pieces.getLast(), FrameBurst.FLAG_L4_CHECKSUM_GOOD));
            assertArrayEquals(Arrays.copyOf(segment, length), net.transport.octets);
            assertFalse(net.transport.isVerified, "the device has seen pieces only");
        }
        assertEquals(200, net.counters.get(NetworkCounter.REASSEMBLED));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldGiveUpAPacketWhosePiecesOverlap(final boolean isIpv6) {
        final int[][] overlaps = {{0, 80}, {72, 80}, {8, 8}, {0, 160}, {80, 80}, {152, 8}};
        int id = 100;
        for (final int[] overlap : overlaps) {
            id++;
            assertEquals(NetworkCounter.IP_FRAGMENT_KEPT, net.receive(piece(isIpv6, id, 0, 80, true)));
            assertEquals(NetworkCounter.IP_FRAGMENT_KEPT, net.receive(piece(isIpv6, id, 80, 80, true)));
            assertEquals(NetworkCounter.IP_FRAGMENT_REFUSED, net.receive(piece(isIpv6, id, overlap[0], overlap[1], true)));
            assertEquals(NetworkCounter.IP_FRAGMENT_REFUSED, net.receive(piece(isIpv6, id, 160, 40, false)),
                "the rest is dropped as well");
            net.advance(31 * SECOND);
        }
        assertEquals(overlaps.length, net.counters.get(NetworkCounter.REASSEMBLY_OVERLAP));
        assertEquals(0, net.transport.segments);
        assertEquals(0, net.sink.count(), "nobody is told of a packet that was given up");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldGiveUpAPacketWithTwoEnds(final boolean isIpv6) {
        net.receive(piece(isIpv6, 1, 160, 40, false));
        assertEquals(NetworkCounter.IP_FRAGMENT_REFUSED, net.receive(piece(isIpv6, 1, 200, 40, false)));
        net.receive(piece(isIpv6, 2, 160, 40, false));
        assertEquals(NetworkCounter.IP_FRAGMENT_REFUSED, net.receive(piece(isIpv6, 2, 240, 40, true)));
        net.receive(piece(isIpv6, 3, 160, 40, true));
        assertEquals(NetworkCounter.IP_FRAGMENT_REFUSED, net.receive(piece(isIpv6, 3, 80, 40, false)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldRefusePiecesThatCannotBe(final boolean isIpv6) {
        assertEquals(NetworkCounter.IP_FRAGMENT_REFUSED, net.receive(piece(isIpv6, 1, 80, 81, true)));
        assertEquals(NetworkCounter.IP_FRAGMENT_REFUSED, net.receive(piece(isIpv6, 1, 80, 0, true)));
        assertEquals(NetworkCounter.IP_FRAGMENT_REFUSED, net.receive(piece(isIpv6, 1, 65_528, 80, false)));
        assertEquals(isIpv6 ? NetworkCounter.IP_BAD_EXTENSIONS : NetworkCounter.IP_FRAGMENT_REFUSED,
            net.receive(piece(isIpv6, 1, 0, 16, true)), "the ports and flags must be in the first piece");
        assertEquals(0, net.counters.get(NetworkCounter.REASSEMBLY_OVERLAP));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldForgetAPacketAfterThirtySecondsAndTellItsSender(final boolean isIpv6) {
        net.receive(piece(isIpv6, 1, 0, 80, true));
        net.receive(piece(isIpv6, 2, 80, 80, true));
        assertEquals(0, net.advance(30 * SECOND - 1));
        assertEquals(net.nowNs + 1, net.layer.nextDeadlineNs());
        assertEquals(1, net.advance(1), "only who sent a first piece is told");
        final ByteBuffer error = ByteBuffer.wrap(net.sink.next());
        assertEquals(isIpv6 ? 0x0301 : 0x0b01, error.getShort(isIpv6 ? 54 : 34));
        assertEquals(PEER_MAC, error.getLong(0) >>> 16);
        assertEquals(2, net.counters.get(NetworkCounter.REASSEMBLY_TIMEOUT));
        assertEquals(NetworkCounter.IP_FRAGMENT_KEPT, net.receive(piece(isIpv6, 1, 80, 80, false)), "it begins anew");
        assertEquals(net.nowNs + 30 * SECOND, net.layer.nextDeadlineNs());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldDropTheNewestWhenAllPlacesAreTaken(final boolean isIpv6) {
        for (int id = 0; id < CONTEXTS; id++) {
            assertEquals(NetworkCounter.IP_FRAGMENT_KEPT, net.receive(piece(isIpv6, id, 0, 80, true)));
        }
        for (int id = CONTEXTS; id < 1000; id++) {
            assertEquals(NetworkCounter.IP_FRAGMENT_REFUSED, net.receive(piece(isIpv6, id, 0, 80, true)));
        }
        assertEquals(1000 - CONTEXTS, net.counters.get(NetworkCounter.REASSEMBLY_FULL));
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(piece(isIpv6, 2, 80, 80, false)));
        assertEquals(NetworkCounter.IP_FRAGMENT_KEPT, net.receive(piece(isIpv6, 77, 0, 80, true)), "a place is free again");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldTellPacketsApartBySourceAndProtocol(final boolean isIpv6) {
        net.receive(piece(isIpv6, 1, 0, 80, true));
        final byte[] other = piece(isIpv6, 1, 80, 80, false);
        final byte[] foreign = isIpv6 ? other.clone() : patched(other, 15, 77);
        if (isIpv6) {
            foreign[37] = 77;
        }
        assertEquals(NetworkCounter.IP_FRAGMENT_KEPT, net.receive(foreign));
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(other));
    }

    /** RFC 3168 section 5.3. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldKeepACongestionMarkOfAnyPiece(final boolean isIpv6) {
        final byte[] marked = piece(isIpv6, 1, 80, 80, false);
        if (isIpv6) {
            marked[15] = 0x30;
            net.receive(marked);
        } else {
            net.receive(patched(marked, 1, 3));
        }
        net.receive(piece(isIpv6, 1, 0, 80, true));
        assertEquals(3, net.transport.trafficClass);
    }

    private List<byte[]> pieces(final boolean isIpv6, final int id, final int length, final int size) {
        final List<byte[]> pieces = new ArrayList<>();
        final int step = Math.max(24, size);
        for (int at = 0; at < length; at += step) {
            final int octets = Math.min(step, length - at);
            pieces.add(piece(isIpv6, id, at, octets, at + octets < length));
        }
        return pieces;
    }

    private byte[] piece(final boolean isIpv6, final int id, final int offset, final int length, final boolean hasMore) {
        final byte[] octets = offset < segment.length
            ? Arrays.copyOfRange(segment, offset, offset + length) : new byte[length];
        if (isIpv6) {
            final ByteBuffer payload = ByteBuffer.allocate(8 + length);
            payload.putShort((short) 0x0600).putShort((short) (offset | (hasMore ? 1 : 0))).putInt(id).put(octets);
            return ethernet(OWN_MAC, PEER_MAC, 0x86dd, NetworkFixture.ipv6Packet(44, 64, PEER6, OWN6, payload.array()));
        }
        final int field = offset / 8 | (hasMore ? 0x2000 : 0);
        final byte[] frame = ethernet(OWN_MAC, PEER_MAC, 0x0800, NetworkFixture.ipv4Packet(6, PEER, OWN, octets));
        return patched(frame, 4, id >>> 8, id, field >>> 8, field);
    }
}
