package org.rds4j.tcp.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rds4j.tcp.script.TcpPacket;

/** The control port as a judge meets it: a process of its own, and a client on its two sockets. */
@Timeout(120)
class ControlPortTest {
    private static final int LOCAL = 0xc0a80001;
    private static final int REMOTE = 0xc0000201;
    private static final int ISS = 1_000_000;

    @TempDir
    private static Path directory;
    private static Process process;
    private static Path control;
    private static Path packets;

    @BeforeAll
    static void start() throws IOException {
        control = directory.resolve("control");
        packets = directory.resolve("packets");
        Files.writeString(control, "left behind by an earlier run");
        process = new ProcessBuilder(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules=jdk.incubator.vector", "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m",
            "-cp", System.getProperty("java.class.path"), ControlPort.class.getName(),
            "--control", control.toString(), "--packets", packets.toString()))
            .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        final BufferedReader output = new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        assertEquals("ready", output.readLine());
    }

    @AfterAll
    static void stop() throws InterruptedException {
        process.destroy();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    }

    private static TcpPacket segment(final int flags, final int sequence, final int acknowledgement) {
        final TcpPacket packet = new TcpPacket();
        packet.source = REMOTE;
        packet.destination = LOCAL;
        packet.sourcePort = 40_000;
        packet.destinationPort = 8080;
        packet.flags = flags;
        packet.sequence = sequence;
        packet.acknowledgement = acknowledgement;
        return packet;
    }

    private static void expect(
        final ControlClient client, final long timeUs, final int flags, final int sequence, final int length) throws IOException {
        final Packet sent = client.packet();
        final TcpPacket packet = TcpPacket.decode(sent.octets());
        assertEquals(timeUs, sent.timeUs());
        assertEquals(flags, packet.flags);
        assertEquals(sequence, packet.sequence);
        assertEquals(length, packet.payload.length);
    }

    /** A passive open, with accept waiting for it; returns the engine's first sequence number. */
    private static int open(final ControlClient client) throws IOException {
        assertEquals("ok @0", client.ask("knob timestamps 0"));
        assertEquals("ok 3 @0", client.ask("socket 4"));
        assertEquals("ok @0", client.ask("bind 3 0.0.0.0 8080"));
        assertEquals("ok @0", client.ask("listen 3 5"));
        client.write("#a accept 3");
        final TcpPacket syn = segment(TcpPacket.SYN, ISS, 0);
        syn.options.add(new TcpPacket.Option(2, new byte[] {1460 >> 8, (byte) 1460}));
        client.inject(syn.encode());
        assertEquals("ok @1000", client.ask("advance 1000"), "accept waits");
        final Packet sent = client.packet();
        assertEquals(0, sent.timeUs());
        final TcpPacket synAck = TcpPacket.decode(sent.octets());
        assertEquals(TcpPacket.SYN | TcpPacket.ACK, synAck.flags);
        assertEquals(ISS + 1, synAck.acknowledgement);
        client.inject(segment(TcpPacket.ACK, ISS + 1, synAck.sequence + 1).encode());
        assertEquals("#a ok 4 @1000", client.line());
        return synAck.sequence + 1;
    }

    @Test
    void shouldHoldAConversation() throws IOException {
        try (ControlClient client = new ControlClient(control, packets)) {
            final int next = open(client);
            assertEquals("ok 2000 @1000", client.ask("send 4 2000 0"));
            expect(client, 1000, TcpPacket.ACK, next, 1460);
            expect(client, 1000, TcpPacket.ACK | TcpPacket.PSH, next + 1460, 540);
            assertEquals("ok 1 @201000", client.ask("await"), "the retransmission timer, at its floor");
            expect(client, 201_000, TcpPacket.ACK, next, 1460);
            client.inject(segment(TcpPacket.ACK, ISS + 1, next + 2000).encode());
            client.write("#r recv 4 1000 0");
            assertEquals("ok @251000", client.ask("advance 50000"));
            final TcpPacket data = segment(TcpPacket.ACK | TcpPacket.PSH | TcpPacket.FIN, ISS + 1, next + 2000);
            data.payload = new byte[300];
            client.inject(data.encode());
            assertEquals("#r ok 300 @251000", client.line());
            expect(client, 251_000, TcpPacket.ACK, next + 2000, 0);
            assertEquals("ok 0 @251000", client.ask("recv 4 1000 0"));
            assertEquals("ok @251000", client.ask("close 4"));
            expect(client, 251_000, TcpPacket.ACK | TcpPacket.FIN, next + 2000, 0);
            client.inject(segment(TcpPacket.ACK, ISS + 302, next + 2001).encode());
            assertEquals("ok 0 @251000", client.ask("await"), "nothing is left to happen");
            assertEquals("err EBADF @251000", client.ask("close 4"));
        }
    }

    @Test
    void shouldGiveEachClientAnEngineOfItsOwn() throws IOException {
        for (int i = 0; i < 3; i++) {
            try (ControlClient client = new ControlClient(control, packets)) {
                open(client);
                assertEquals("ok 1 @1000", client.ask("getopt 4 tcpi_state"));
            }
        }
    }

    @Test
    void shouldWritePacketsBeforeTheReplyToTheRequestThatCausedThem() throws IOException {
        try (ControlClient client = new ControlClient(control, packets)) {
            open(client);
            client.ask("send 4 5000 0");
            assertEquals(4, client.packetsThere());
        }
    }

    @Test
    void shouldGiveTheSameConversationTheSameOctets() throws IOException {
        final byte[][] first = new byte[2][];
        for (int i = 0; i < 2; i++) {
            try (ControlClient client = new ControlClient(control, packets)) {
                client.ask("socket 4");
                client.write("connect 3 192.0.2.1 80");
                client.ask("advance 10");
                first[i] = client.packet().octets();
            }
        }
        assertArrayEquals(first[0], first[1]);
    }

    @Test
    void shouldSurviveAClientThatLeavesInTheMiddle() throws IOException {
        try (ControlClient client = new ControlClient(control, packets)) {
            client.write("accept 3");
            client.write("advance");
        }
        try (ControlClient client = new ControlClient(control, packets)) {
            assertEquals("ok 0 @0", client.ask("now"));
        }
    }
}
