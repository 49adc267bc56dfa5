package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.carrier.CarrierDownReason;
import org.rds4j.carrier.PathKey;
import org.rds4j.status.RdsCounter;

/**
 * What two kernels said to each other, with this engine in the place of the larger one: it delivers what that delivered, and
 * says what that said. The README beside the recording tells how it was made.
 */
class RecordedExchangeTest {
    private static final RdsAddress SMALLER = RdsAddress.parse("10.9.0.2");
    private static final int HEADER_DIGITS = 96;
    /** The connection whose last two messages were lost. */
    private static final int LOSING = 3;
    /** The first connection after the smaller kernel has dropped all others. */
    private static final int ANEW = 7;

    /** A message of the recording, or one of the engine's. */
    private record Message(int connection, boolean isOfDialer, String octets) {
        private static final int SEQUENCE_DIGITS = 16;

        static Message parse(final String line) {
            final String[] words = line.split(" ", -1);
            final StringBuilder octets = new StringBuilder();
            for (int i = 2; i < words.length; i++) {
                final int star = words[i].indexOf('*');
                octets.append(star < 0
                    ? words[i] : words[i].substring(0, star).repeat(Integer.parseInt(words[i].substring(star + 1))));
            }
            return new Message(Integer.parseInt(words[0]), ">".equals(words[1]), octets.toString());
        }

        int number(final int octet, final int length) {
            return HexFormat.fromHexDigits(octets, 2 * octet, 2 * (octet + length));
        }

        long sequence() {
            return HexFormat.fromHexDigitsToLong(octets, 0, SEQUENCE_DIGITS);
        }

        int from() {
            return number(20, 2);
        }

        int to() {
            return number(22, 2);
        }

        boolean isMap() {
            return number(24, 1) == 1;
        }

        boolean isData() {
            return !isMap() && from() > 1 && to() > 1;
        }

        boolean isPing() {
            return from() > 1 && to() == 0;
        }

        boolean isPong() {
            return from() == 0 && to() > 1;
        }

        boolean isProbe() {
            return !isMap() && from() + to() == 1;
        }

        String payload() {
            return octets.substring(HEADER_DIGITS);
        }

        /** All octets but the sequence number, which depends on the path. */
        String withoutSequence() {
            return octets.substring(SEQUENCE_DIGITS);
        }
    }

    private final TestNetwork network = new TestNetwork(5);
    private final TestNode node = network.node(network.context("10.9.0.3/24").paths(8));
    private final Map<Integer, MemoryCarrier> carriers = new TreeMap<>();
    private final Map<Integer, RdsSocket> sockets = new HashMap<>();
    private final Map<Integer, List<String>> delivered = new TreeMap<>();
    private final List<Message> said = new ArrayList<>();

    RecordedExchangeTest() {
        network.dialNs = 1L << 40;
        for (final int port : new int[] {4001, 4011, 4021}) {
            sockets.put(port, node.socket(port));
            delivered.put(port, new ArrayList<>());
        }
    }

    /** The messages that arrived: the wire is that of the smaller kernel, and two never left the cut link. */
    private static List<Message> recording() {
        try (InputStream in = RecordedExchangeTest.class.getResourceAsStream("linux-6.1-exchange.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().map(Message::parse)
                .filter(message -> message.connection() != LOSING || message.to() != 4021 || message.sequence() < 5).toList();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void play(final List<Message> messages) {
        for (final Message message : messages) {
            if (message.isOfDialer()) {
                hear(message);
            } else if (message.isData()) {
                send(message);
            }
            network.steps(3);
            collect();
        }
        network.steps(20);
        collect();
    }

    private void hear(final Message message) {
        MemoryCarrier carrier = carriers.get(message.connection());
        if (carrier == null) {
            if (message.connection() == ANEW) {
                breakAll();
            }
            carrier = MemoryCarrier.pair(16_384, 1 << 20).from(40_000 + 8 * message.connection());
            carriers.put(message.connection(), carrier);
            node.engine.onCarrierUp(node.keyOf(SMALLER, 0, PathKey.UNKNOWN_INDEX), carrier, false, network.nowNs());
        }
        carrier.inject(HexFormat.of().parseHex(message.octets()));
    }

    private void breakAll() {
        for (final MemoryCarrier carrier : carriers.values()) {
            carrier.cut();
            carrier.tellDown();
            node.engine.onCarrierDown(carrier, CarrierDownReason.RESET, network.nowNs());
        }
        network.steps(3);
    }

    private void send(final Message message) {
        sockets.get(message.from()).send(
            SMALLER.withPort(message.to()), ByteBuffer.wrap(HexFormat.of().parseHex(message.payload())), 0);
    }

    /** Reads every socket, and everything that the engine has said. */
    private void collect() {
        sockets.forEach((port, socket) -> socket.poll((data, offset, length, info) -> {
            final byte[] octets = new byte[length];
            data.getBytes(offset, octets);
            delivered.get(port).add(HexFormat.of().formatHex(octets));
        }, 100));
        carriers.forEach(this::collect);
    }

    private void collect(final int connection, final MemoryCarrier carrier) {
        carrier.transfer(1 << 20);
        carrier.acknowledge();
        carrier.peer().receive((address, length) -> {
            final byte[] octets = new byte[length];
            for (int i = 0; i < length; i++) {
                octets[i] = UnsafeApi.getByte(address + i);
            }
            final ByteBuffer all = ByteBuffer.wrap(octets);
            while (all.hasRemaining()) {
                final byte[] message = new byte[48 + all.getInt(all.position() + 16)];
                all.get(message);
                said.add(new Message(connection, false, HexFormat.of().formatHex(message)));
            }
            return length;
        });
    }

    private static Map<Integer, List<String>> expected(final List<Message> messages) {
        final Map<Integer, List<String>> all = new TreeMap<>();
        for (final Message message : messages) {
            if (message.isOfDialer() && message.isData()) {
                all.computeIfAbsent(message.to(), port -> new ArrayList<>()).add(message.payload());
            }
        }
        return all;
    }

    private static List<String> dataOf(final List<Message> messages) {
        return messages.stream().filter(message -> !message.isOfDialer() && message.isData())
            .map(Message::withoutSequence).toList();
    }

    @Test
    void shouldDeliverAndSayWhatTheKernelDid() {
        final List<Message> messages = recording();
        play(messages);
        assertEquals(expected(messages), delivered);
        assertEquals(List.of(3, 14, 6), delivered.values().stream().map(List::size).toList());
        assertEquals(0, node.count(RdsCounter.RECV_DROP_OLD_SEQ));
        assertEquals(dataOf(messages), dataOf(said));
        assertEquals(3, dataOf(said).size());
    }

    @Test
    void shouldAnswerPingsOnTheirConnection() {
        final List<Message> messages = recording();
        play(messages);
        final List<String> wanted = messages.stream().filter(message -> !message.isOfDialer() && message.isPong())
            .map(message -> message.connection() + " " + message.withoutSequence()).toList();
        assertEquals(3, wanted.size());
        assertEquals(3, messages.stream().filter(Message::isPing).count());
        assertEquals(wanted, said.stream().filter(Message::isPong)
            .map(message -> message.connection() + " " + message.withoutSequence()).toList());
    }

    @Test
    void shouldOpenAsTheKernelDid() {
        final List<Message> messages = recording();
        play(messages);
        for (final Message probe : messages.stream().filter(each -> !each.isOfDialer() && each.isProbe()).toList()) {
            assertTrue(said.stream().anyMatch(each -> each.connection() == probe.connection()
                && each.octets().startsWith(probe.octets().substring(0, 70))), probe.octets());
        }
    }

    @Test
    void shouldTakeTheMapsForMaps() {
        final List<Message> messages = recording();
        play(messages);
        final List<Message> maps = messages.stream().filter(message -> message.isOfDialer() && message.isMap()).toList();
        assertEquals(maps.size(), node.count(RdsCounter.CONG_UPDATE_RECEIVED));
        assertTrue(maps.stream().allMatch(map -> map.payload().equals("00".repeat(8192))));
    }
}
