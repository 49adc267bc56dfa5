package org.rds4j.tests.node;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.RdsAddress;
import org.rds4j.crypto.handshake.Marker;
import org.rds4j.crypto.handshake.PeerPolicy;
import org.rds4j.crypto.handshake.TlsContext;
import org.rds4j.crypto.handshake.TlsHandshake;
import org.rds4j.crypto.provider.Aead;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.TrafficKeys;
import org.rds4j.frame.RdsHeaderFlyweight;
import org.rds4j.node.PlainStream;
import org.rds4j.node.RdsNode;
import org.rds4j.tests.support.TwoNodes;

/**
 * A peer with a valid certificate and the keys of its connection that sends whatever it likes: any octets, or any inner text in a
 * record that authenticates. It speaks over a plain TCP connection of another node.
 */
final class RoguePeer implements AutoCloseable {
    static final int DATA = 23;
    static final int HANDSHAKE = 22;
    static final int ALERT = 21;

    private static final int TCP_PORT = 16_385;
    private static final int HEADER_LENGTH = 5;
    private static final int TAG_LENGTH = 16;
    private static final int NONCE_LENGTH = 12;
    private static final int MEMORY_LENGTH = 40_000;
    private static final long PATIENCE_NS = TwoNodes.PATIENCE_NS;
    private static final Marker MARKER = new Marker(0x5244_5331_0200_0100L, 77);

    private final AeadProvider provider = AeadProviders.best();
    private final ByteBuffer memory = ByteBuffer.allocateDirect(MEMORY_LENGTH);
    private final long address = BufferUtil.address(memory);
    private final PlainStream stream;
    private TrafficKeys sendKeys;
    private TrafficKeys receiveKeys;
    private long sendNumber;
    private long receiveNumber;
    private byte[] lastReceived;

    /** Connected to the second node, with keys. */
    RoguePeer(final RdsNode host, final TlsContext tls) {
        stream = host.connectStream(RdsAddress.parse("10.0.0.2:" + TCP_PORT), PATIENCE_NS);
        final TlsHandshake client = tls.newClient(MARKER, PeerPolicy.ANYONE);
        client.onInput(0, 0);
        sendOutput(client);
        while (!client.isDone()) {
            final byte[] record = readRaw();
            memory.put(0, record);
            client.onInput(address, record.length);
            sendOutput(client);
            if (client.failure() != null) {
                throw new AssertionError(client.failure().reason());
            }
        }
        sendKeys = client.keys().sendKeys();
        receiveKeys = client.keys().receiveKeys();
    }

    private void sendOutput(final TlsHandshake client) {
        final byte[] output = new byte[client.outputLength()];
        for (int i = 0; i < output.length; i++) {
            output[i] = UnsafeApi.getByte(client.outputAddress() + i);
        }
        client.clearOutput();
        sendRaw(output);
    }

    void sendRaw(final byte[] octets) {
        stream.write(octets, PATIENCE_NS);
    }

    void send(final byte[] content, final int type) {
        sendRaw(seal(content, type, 0));
    }

    /** The next record: content, a type that may be 0, and zeros behind it. */
    byte[] seal(final byte[] content, final int type, final int padding) {
        final byte[] inner = Arrays.copyOf(content, content.length + 1 + padding);
        inner[content.length] = (byte) type;
        return seal(sendKeys, sendNumber++, inner);
    }

    /** Any record number. */
    byte[] seal(final long number, final byte[] inner) {
        return seal(sendKeys, number, inner);
    }

    long nextNumber() {
        return sendNumber;
    }

    private byte[] seal(final TrafficKeys keys, final long number, final byte[] inner) {
        final int length = inner.length + TAG_LENGTH;
        final byte[] header = {DATA, 3, 3, (byte) (length >> 8), (byte) length};
        nonce(keys, number);
        memory.put(NONCE_LENGTH, header);
        final int text = NONCE_LENGTH + HEADER_LENGTH;
        memory.put(text, inner);
        try (Aead aead = keys.newAead(provider)) {
            aead.seal(address, address + NONCE_LENGTH, address + text, inner.length - 1, inner[inner.length - 1], address + text);
        }
        final byte[] record = new byte[HEADER_LENGTH + length];
        memory.get(NONCE_LENGTH, record);
        return record;
    }

    private void nonce(final TrafficKeys keys, final long number) {
        memory.put(0, keys.iv());
        memory.putLong(4, memory.getLong(4) ^ number);
    }

    /** From here on this peer seals under the next key. */
    void changeKeys() {
        sendKeys = sendKeys.next();
        sendNumber = 0;
    }

    /** The probe with which a dialer opens a path. */
    byte[] ping() {
        final int at = MEMORY_LENGTH - RdsHeaderFlyweight.LENGTH;
        new RdsHeaderFlyweight().wrap(address + at)
            .write(1, 0, RdsHeaderFlyweight.PROBE_PORT, RdsHeaderFlyweight.PING_PORT, 0).extensions(0, 0);
        final byte[] ping = new byte[RdsHeaderFlyweight.LENGTH];
        memory.get(at, ping);
        return ping;
    }

    private byte[] readRaw() {
        final byte[] header = stream.read(HEADER_LENGTH, PATIENCE_NS);
        final int length = (header[3] & 0xff) << 8 | (header[4] & 0xff);
        final byte[] record = Arrays.copyOf(header, HEADER_LENGTH + length);
        System.arraycopy(stream.read(length, PATIENCE_NS), 0, record, HEADER_LENGTH, length);
        return record;
    }

    /** The inner text of the next record: content, then type. A KeyUpdate is obeyed. */
    byte[] receive() {
        lastReceived = readRaw();
        final int length = lastReceived.length - HEADER_LENGTH - TAG_LENGTH;
        nonce(receiveKeys, receiveNumber++);
        memory.put(NONCE_LENGTH, lastReceived);
        final int text = NONCE_LENGTH + HEADER_LENGTH;
        try (Aead aead = receiveKeys.newAead(provider)) {
            if (!aead.open(address, address + NONCE_LENGTH, address + text, length)) {
                throw new AssertionError("what came is not authentic");
            }
        }
        final byte[] inner = new byte[length];
        memory.get(text, inner);
        if (inner[length - 1] == HANDSHAKE) {
            receiveKeys = receiveKeys.next();
            receiveNumber = 0;
        }
        return inner;
    }

    /** The record received last as it was on the wire. */
    byte[] lastReceived() {
        return lastReceived;
    }

    /** The description of the next alert, whatever comes before it. */
    int awaitAlert() {
        byte[] inner = receive();
        while (inner[inner.length - 1] != ALERT) {
            inner = receive();
        }
        return inner[1];
    }

    boolean isEnded() {
        return stream.isEnded();
    }

    /** FIN, without a farewell. */
    @Override
    public void close() {
        stream.close();
    }
}
