package org.rds4j.dpdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.link.FrameBurst;

/** A tap device: the other end is this machine's kernel. */
class TapDeviceTest extends DpdkTestSupport {
    private static final int EXPERIMENTAL = 0x88b5;

    private final String name = "rdst" + ProcessHandle.current().pid() % 100_000;
    private DpdkDevice device;
    private DpdkPort port;

    @BeforeEach
    void openTap() {
        Command.assumeTunDevice();
        device = DpdkDevice.open(environment, config("net_tap0,iface=" + name));
        port = device.queue(0);
    }

    @AfterEach
    void closeTap() {
        if (device != null) {
            device.close();
            assertNotEquals(0, Command.tryIp("link show " + name).exitCode(), "the tap is left behind");
        }
    }

    private void up() {
        Command.ip("addr add 198.18.77.1/24 dev " + name);
        Command.ip("link set " + name + " up");
    }

    /** Teaches the kernel that 198.18.77.2 is a neighbour with this MAC address. */
    private void neighbour() {
        up();
        Command.ip("neigh replace 198.18.77.2 lladdr 02:00:5e:00:00:fe dev " + name + " nud permanent");
    }

    @Test
    void shouldReceiveWhatTheKernelSends() throws IOException {
        neighbour();
        final byte[] payload = new byte[700];
        random.nextBytes(payload);
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress("198.18.77.1", 0))) {
            socket.send(new DatagramPacket(payload, payload.length, InetAddress.getByName("198.18.77.2"), 9));
        }
        final byte[] frame = receiveUdp(payload.length);
        assertArrayEquals(payload, Arrays.copyOfRange(frame, 42, 42 + payload.length));
        assertEquals("02005e0000fe", HexFormat.of().formatHex(frame, 0, 6));
    }

    private byte[] receiveUdp(final int payloadLength) {
        for (int i = 0; i < 100; i++) {
            final byte[] frame = receiveOfType(port, burst, 0x0800);
            final int flags = burst.flags(0);
            port.release(burst);
            if (frame.length == 42 + payloadLength) {
                assertTrue(port.capabilities().receiveChecksum());
                assertNotEquals(0, flags & FrameBurst.FLAG_IP_CHECKSUM_GOOD);
                return frame;
            }
        }
        throw new AssertionError("the datagram did not come");
    }

    @Test
    void shouldSendWhatTheKernelAcceptsWithChecksumsOfTheDevice() throws IOException {
        assertTrue(port.capabilities().transmitChecksum());
        up();
        final byte[] segment = PacketBuilder.ipv4Tcp(kernelMac(), new byte[0]);
        segment[ETHERNET_IP_SOURCE + 2] = 77;
        refreshAddresses(segment);
        Command.ip("neigh replace 198.18.77.2 lladdr 02:00:5e:00:00:fe dev " + name + " nud permanent");
        try (ServerSocket server = new ServerSocket()) {
            server.bind(new InetSocketAddress("198.18.77.1", 16_385));
            segment[47] = 0x02;
            add(port, burst, segment);
            burst.flags(0, FrameBurst.FLAG_COMPUTE_IP_CHECKSUM | FrameBurst.FLAG_COMPUTE_TCP_CHECKSUM);
            transmitAll(port, burst);
            assertEquals(0x12, receiveTcpFlags(), "the kernel answers a SYN with right checksums by SYN-ACK");
        }
    }

    private static final int ETHERNET_IP_SOURCE = 26;

    /** Puts 198.18.77.2 to 198.18.77.1 into a segment, and the sum of its pseudo-header. */
    private static void refreshAddresses(final byte[] segment) {
        final byte[] addresses = {(byte) 198, 18, 77, 2, (byte) 198, 18, 77, 1};
        System.arraycopy(addresses, 0, segment, ETHERNET_IP_SOURCE, addresses.length);
        int sum = PacketBuilder.TCP + segment.length - 34;
        for (int i = 0; i < addresses.length; i += 2) {
            sum += ((addresses[i] & 0xff) << 8) + (addresses[i + 1] & 0xff);
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        segment[50] = (byte) (sum >>> 8);
        segment[51] = (byte) sum;
    }

    private int receiveTcpFlags() {
        for (int i = 0; i < 100; i++) {
            final byte[] frame = receiveOfType(port, burst, 0x0800);
            port.release(burst);
            if (frame[23] == PacketBuilder.TCP) {
                assertTrue(PacketBuilder.hasRightChecksums(frame));
                return frame[47];
            }
        }
        throw new AssertionError("no segment came");
    }

    private long kernelMac() {
        return device.macAddress();
    }

    @Test
    void shouldFillInTheChecksumsItIsAskedFor() {
        up();
        try (DpdkDevice witness = DpdkDevice.open(environment, config("net_af_packet0,iface=" + name))) {
            final byte[] payload = {1, 2, 3, 4, 5, 6, 7};
            shouldArriveWithRightChecksums(witness.queue(0), PacketBuilder.ipv4Tcp(0x0200_5e00_0001L, payload), 0x0800);
            shouldArriveWithRightChecksums(witness.queue(0), PacketBuilder.ipv6Tcp(0x0200_5e00_0001L, payload), 0x86dd);
        }
    }

    private void shouldArriveWithRightChecksums(final DpdkPort witness, final byte[] segment, final int type) {
        assertFalse(PacketBuilder.hasRightChecksums(segment));
        add(port, burst, segment);
        burst.flags(0, FrameBurst.FLAG_COMPUTE_IP_CHECKSUM | FrameBurst.FLAG_COMPUTE_TCP_CHECKSUM);
        transmitAll(port, burst);
        byte[] arrived = receiveOfType(witness, burst, type);
        for (int i = 0; i < 100 && !sameMac(segment, arrived); i++) {
            witness.release(burst);
            arrived = receiveOfType(witness, burst, type);
        }
        witness.release(burst);
        assertEquals(segment.length, arrived.length);
        assertTrue(PacketBuilder.hasRightChecksums(arrived), HexFormat.of().formatHex(arrived));
    }

    private static boolean sameMac(final byte[] one, final byte[] other) {
        return Arrays.equals(one, 0, 12, other, 0, 12);
    }

    @Test
    void shouldCarryFramesToTheKernelUntouched() {
        up();
        try (DpdkDevice witness = DpdkDevice.open(environment, config("net_af_packet0,iface=" + name))) {
            for (final int length : new int[] {60, 61, 1514}) {
                final byte[] octets = randomFrame(length);
                octets[0] = 0x02;
                add(port, burst, octets);
                transmitAll(port, burst);
                assertArrayEquals(octets, receiveOfType(witness.queue(0), burst, EXPERIMENTAL));
                witness.queue(0).release(burst);
            }
        }
    }

    @Test
    void shouldDropACorruptChecksumRequestInsteadOfStandingStill() {
        up();
        final byte[] segment = PacketBuilder.ipv4Tcp(0x0200_5e00_0001L, new byte[0]);
        add(port, burst, Arrays.copyOf(segment, 50));
        burst.flags(0, FrameBurst.FLAG_COMPUTE_TCP_CHECKSUM);
        add(port, burst, segment);
        transmitAll(port, burst);
        assertEquals(1, port.counters().get(DpdkPortCounter.TRANSMIT_MALFORMED));
        assertEquals(1, port.counters().get(DpdkPortCounter.TRANSMITTED_FRAMES));
    }

    /** O_ASYNC of the tap's files: the driver would wait for a signal before it reads. */
    @Test
    void shouldBeReadWithoutSignals() throws IOException {
        int files = 0;
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (final Path file : open) {
                if (Files.isSymbolicLink(file) && Files.readSymbolicLink(file).endsWith("net/tun")) {
                    files++;
                    assertEquals(0, flags(file.getFileName().toString()) & 0x2000, file::toString);
                }
            }
        }
        assertTrue(files > 0);
    }

    private static int flags(final String file) throws IOException {
        final String information = Files.readString(Path.of("/proc/self/fdinfo", file));
        return Integer.parseInt(information.replaceAll("(?s).*flags:\\s*(\\d+).*", "$1"), 8);
    }

    @Test
    void shouldFollowTheLinkOfTheInterface() {
        up();
        assertTrue(port.isUp());
        Command.ip("link set " + name + " down");
        assertFalse(port.isUp());
    }

    @Test
    void shouldNotStandStillAfterAFrameLongerThanTheMtu() {
        up();
        add(port, burst, randomFrame(1600));
        add(port, burst, randomFrame(100));
        transmitAll(port, burst);
        assertEquals(1, port.counters().get(DpdkPortCounter.TRANSMIT_OVERSIZED));
        assertEquals(1, port.counters().get(DpdkPortCounter.TRANSMITTED_FRAMES));
    }

    @Test
    void shouldSurviveTheInterfaceBeingDeleted() {
        up();
        Command.ip("link delete " + name);
        add(port, burst, randomFrame(100));
        for (int i = 0; i < 1000; i++) {
            port.transmitBurst(burst);
            final FrameBurst received = new FrameBurst(8);
            port.receiveBurst(received);
            port.release(received);
        }
        assertFalse(port.isUp());
        port.release(burst);
    }

    @Test
    void shouldCountWhenThePoolRunsDryAndGoOnAfterwards() {
        neighbour();
        final FrameBurst all = new FrameBurst(FRAMES);
        port.allocate(all, FRAMES);
        assertEquals(0, pool.available());
        port.receiveBurst(burst);
        port.release(burst);
        port.release(all);
        add(port, burst, randomFrame(100));
        transmitAll(port, burst);
    }

    @Test
    void shouldSetTheMtuOfTheInterface() {
        device.mtu(1400);
        assertTrue(Command.tryIp("link show " + name).output().contains("mtu 1400"));
        assertEquals(1400, port.capabilities().mtu());
        final DpdkException ex = assertThrows(DpdkException.class, () -> device.mtu(2000));
        assertTrue(ex.getMessage().contains("2000"), ex.getMessage());
        assertEquals(1400, device.mtu());
    }

    @Test
    void shouldOpenWithAnMtuAndMacAddressOfItsOwn() {
        device.close();
        device = DpdkDevice.open(
            environment, config("net_tap0,iface=" + name).mtu(1280).macAddress(0x0200_5e00_0042L).promiscuous(true));
        port = device.queue(0);
        final String link = Command.tryIp("link show " + name).output();
        assertTrue(link.contains("mtu 1280") && link.contains("02:00:5e:00:00:42"), link);
        assertEquals(0x0200_5e00_0042L, port.macAddress());
    }

    @Test
    void shouldRefuseAnInterfaceNameTheKernelRefuses() {
        final DpdkException ex = assertThrows(DpdkException.class,
            () -> DpdkDevice.open(environment, config("net_tap1,iface=a/b")));
        assertTrue(ex.getMessage().contains("a/b"), ex.getMessage());
    }

    @Test
    void shouldRefuseAnMtuTheDriverCannotCarry() {
        final DpdkException ex = assertThrows(DpdkException.class,
            () -> DpdkDevice.open(environment, config("net_tap1,iface=" + name + "b").mtu(2000)));
        assertTrue(ex.getMessage().contains("2000") && ex.getMessage().contains("driver"), ex.getMessage());
        assertNotEquals(0, Command.tryIp("link show " + name + "b").exitCode(), "the tap is left behind");
    }

    @Test
    void shouldReceiveOnSeveralQueues() {
        device.close();
        device = DpdkDevice.open(environment, config("net_tap0,iface=" + name).queues(2));
        port = device.queue(0);
        up();
        add(device.queue(1), burst, randomFrame(100));
        transmitAll(device.queue(1), burst);
        assertEquals(1, device.queue(1).counters().get(DpdkPortCounter.TRANSMITTED_FRAMES));
    }
}
