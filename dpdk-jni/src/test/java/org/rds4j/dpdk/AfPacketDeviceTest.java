package org.rds4j.dpdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkStatistics;

/** Two packet sockets on the ends of a veth pair. */
class AfPacketDeviceTest extends DpdkTestSupport {
    private static final int EXPERIMENTAL = 0x88b5;
    private static final int TAG = 0x8100;

    private final String left = "rdsl" + ProcessHandle.current().pid() % 100_000;
    private final String right = "rdsr" + ProcessHandle.current().pid() % 100_000;
    private DpdkDevice leftDevice;
    private DpdkDevice rightDevice;
    private DpdkPort leftPort;
    private DpdkPort rightPort;

    @BeforeEach
    void openPair() {
        Command.assumeRoot();
        final Command.Result result = Command.tryIp("link add " + left + " type veth peer name " + right);
        assertEquals(0, result.exitCode(), result.output());
        Command.ip("link set " + left + " up");
        Command.ip("link set " + right + " up");
        leftDevice = DpdkDevice.open(environment, config("net_af_packet0,iface=" + left));
        rightDevice = DpdkDevice.open(environment, config("net_af_packet1,iface=" + right));
        leftPort = leftDevice.queue(0);
        rightPort = rightDevice.queue(0);
    }

    @AfterEach
    void closePair() {
        if (leftDevice != null) {
            leftDevice.close();
        }
        if (rightDevice != null) {
            rightDevice.close();
        }
        Command.tryIp("link delete " + left);
    }

    @Test
    void shouldCarryFramesBothWays() {
        exchange(leftPort, rightPort);
        exchange(rightPort, leftPort);
    }

    private void exchange(final DpdkPort from, final DpdkPort to) {
        final byte[] octets = randomFrame(777);
        octets[0] = 0x02;
        add(from, burst, octets);
        transmitAll(from, burst);
        assertArrayEquals(octets, receiveOfType(to, burst, EXPERIMENTAL));
        to.release(burst);
    }

    @Test
    void shouldCarryManyFramesInOrder() {
        final List<Integer> received = new ArrayList<>();
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 32; i++) {
                final byte[] octets = randomFrame(100 + i);
                octets[0] = 0x02;
                add(leftPort, burst, octets);
            }
            transmitAll(leftPort, burst);
            for (int i = 0; i < POLLS && received.size() < 32; i++) {
                rightPort.receiveBurst(burst);
                collect(received);
                rightPort.release(burst);
            }
            for (int i = 0; i < 32; i++) {
                assertEquals(100 + i, received.get(i));
            }
            received.clear();
        }
    }

    private void collect(final List<Integer> lengths) {
        for (int i = 0; i < burst.count(); i++) {
            if ((burst.length(i) >= 100) && octets(burst, i)[12] == (byte) 0x88 && octets(burst, i)[13] == (byte) 0xb5) {
                lengths.add(burst.length(i));
            }
        }
    }

    @Test
    void shouldInsertAndStripVlanTags() {
        assertTrue(leftPort.capabilities().vlanInsert());
        assertTrue(rightPort.capabilities().vlanStrip());
        final byte[] octets = randomFrame(200);
        octets[0] = 0x02;
        add(leftPort, burst, octets);
        burst.flags(0, FrameBurst.FLAG_VLAN);
        burst.vlanTci(0, 0x6123);
        transmitAll(leftPort, burst);
        assertArrayEquals(octets, receiveOfType(rightPort, burst, EXPERIMENTAL));
        assertNotEquals(0, burst.flags(0) & FrameBurst.FLAG_VLAN);
        assertEquals(0x6123, burst.vlanTci(0));
        rightPort.release(burst);
    }

    @Test
    void shouldSendATaggedFrameWholeAfterTheDriverRefusedItOnce() {
        leftDevice.close();
        leftDevice = DpdkDevice.open(
            environment, config("net_af_packet0,iface=" + left + ",blocksz=4096,framesz=2048,framecnt=2"));
        leftPort = leftDevice.queue(0);
        final List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            final byte[] octets = randomFrame(100 + i);
            octets[0] = 0x02;
            sent.add(octets);
            add(leftPort, burst, octets);
            burst.flags(i, FrameBurst.FLAG_VLAN);
            burst.vlanTci(i, 0x100 + i);
        }
        assertEquals(2, leftPort.transmitBurst(burst));
        assertEquals(2, leftPort.counters().get(DpdkPortCounter.TRANSMIT_REFUSED));
        transmitAll(leftPort, burst);
        for (int i = 0; i < 4; i++) {
            receiveOneTagged(sent.get(i), 0x100 + i);
        }
    }

    private void receiveOneTagged(final byte[] octets, final int tci) {
        final FrameBurst one = new FrameBurst(1);
        assertArrayEquals(octets, receiveOfType(rightPort, one, EXPERIMENTAL));
        assertEquals(tci, one.vlanTci(0));
        rightPort.release(one);
    }

    @Test
    void shouldSurviveTheInterfaceBeingDeleted() {
        Command.ip("link delete " + left);
        for (int round = 0; round < 100; round++) {
            add(leftPort, burst, randomFrame(100));
            leftPort.transmitBurst(burst);
            leftPort.release(burst);
            rightPort.receiveBurst(burst);
            rightPort.release(burst);
        }
        leftPort.statistics(new LinkStatistics());
    }

    @Test
    void shouldReportTheMacAddressOfTheInterface() {
        final String address = String.format("%012x", leftPort.macAddress()).replaceAll("(..)(?=.)", "$1:");
        assertTrue(Command.tryIp("link show " + left).output().contains(address), address);
    }

    @Test
    void shouldRefuseAnInterfaceThatDoesNotExist() {
        final DpdkException ex = assertThrows(DpdkException.class,
            () -> DpdkDevice.open(environment, config("net_af_packet2,iface=rdsnone")));
        assertTrue(ex.getMessage().contains("rdsnone"), ex.getMessage());
    }

    @Test
    void shouldNotTouchTheKernelsMtuUnlessTold() {
        leftDevice.close();
        Command.ip("link set " + left + " mtu 1300");
        leftDevice = DpdkDevice.open(environment, config("net_af_packet0,iface=" + left));
        assertTrue(Command.tryIp("link show " + left).output().contains("mtu 1300"));
        leftDevice.mtu(1400);
        assertTrue(Command.tryIp("link show " + left).output().contains("mtu 1400"));
        assertFalse(leftDevice.extendedStatistics().isEmpty());
    }

    @Test
    void shouldSendATaggedFrameAsItStands() {
        final byte[] octets = randomFrame(200);
        octets[0] = 0x02;
        octets[12] = (byte) (TAG >>> 8);
        octets[13] = 0;
        octets[16] = (byte) 0x88;
        octets[17] = (byte) 0xb5;
        add(leftPort, burst, octets);
        transmitAll(leftPort, burst);
        final byte[] received = receiveOfType(rightPort, burst, EXPERIMENTAL);
        assertEquals(196, received.length);
        assertEquals(((octets[14] & 0xff) << 8) | (octets[15] & 0xff), burst.vlanTci(0));
        rightPort.release(burst);
    }
}
