package org.rds4j.perf.baseline;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/**
 * A TLS engine before a socket. Records are filled as far as the written buffer reaches, and several records go to the
 * socket, or come from it, with one system call.
 */
final class TlsWire implements Wire {
    private static final String CIPHER_SUITE = "TLS_AES_128_GCM_SHA256";
    private static final int RECORDS_PER_CALL = 4;
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    private final SocketChannel channel;
    private final SSLEngine engine;
    private final int recordLength;
    private final int plaintextLength;
    /** Ciphertext to send, from 0 to position; of it, {@link #unsent} shows what the socket has not taken. */
    private final ByteBuffer outgoing;
    private final ByteBuffer unsent;
    /** Ciphertext received and not opened, from position to limit. */
    private final ByteBuffer incoming;

    TlsWire(final SocketChannel channel, final SSLEngine engine) {
        this.channel = channel;
        this.engine = engine;
        this.recordLength = engine.getSession().getPacketBufferSize();
        this.plaintextLength = engine.getSession().getApplicationBufferSize();
        this.outgoing = ByteBuffer.allocateDirect(RECORDS_PER_CALL * recordLength);
        this.unsent = outgoing.duplicate().limit(0);
        this.incoming = ByteBuffer.allocateDirect(2 * RECORDS_PER_CALL * recordLength).limit(0);
    }

    /**
     * Shakes hands, without waiting for the socket otherwise than by asking again. Opens one record at a time: the one
     * behind the last of the handshake may carry a message.
     */
    void handshake() throws IOException {
        final ByteBuffer plaintext = ByteBuffer.allocateDirect(plaintextLength);
        engine.beginHandshake();
        HandshakeStatus status = engine.getHandshakeStatus();
        while (status != HandshakeStatus.NOT_HANDSHAKING || !flush()) {
            switch (status) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> seal(NOTHING);
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> receiveRecord(plaintext);
                case FINISHED, NOT_HANDSHAKING -> { }
            }
            flush();
            status = engine.getHandshakeStatus();
        }
        requireCipherSuite();
    }

    private void receiveRecord(final ByteBuffer into) throws IOException {
        if (!openRecord(into)) {
            receive();
        }
    }

    private void requireCipherSuite() throws SSLException {
        final String negotiated = engine.getSession().getCipherSuite();
        if (!CIPHER_SUITE.equals(negotiated)) {
            throw new SSLException("negotiated " + negotiated + " instead of " + CIPHER_SUITE);
        }
    }

    @Override
    public int read(final ByteBuffer into) throws IOException {
        final int before = into.position();
        if (!open(into)) {
            receive();
            open(into);
        }
        return into.position() - before;
    }

    @Override
    public void write(final ByteBuffer from) throws IOException {
        do {
            while (from.hasRemaining() && outgoing.remaining() >= recordLength) {
                seal(from);
            }
        } while (flush() && from.hasRemaining());
    }

    @Override
    public boolean flush() throws IOException {
        unsent.limit(outgoing.position());
        if (unsent.hasRemaining()) {
            channel.write(unsent);
        }
        if (unsent.hasRemaining()) {
            return false;
        }
        outgoing.clear();
        unsent.limit(0);
        return true;
    }

    @Override
    public int slack() {
        return plaintextLength;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void seal(final ByteBuffer from) throws IOException {
        final SSLEngineResult result = engine.wrap(from, outgoing);
        if (result.getStatus() != Status.OK) {
            throw new SSLException("sealing a record ended with " + result.getStatus());
        }
    }

    /** Reads ciphertext once. */
    private void receive() throws IOException {
        incoming.compact();
        final int length = channel.read(incoming);
        incoming.flip();
        if (length < 0) {
            throw new EOFException("the peer closed the connection");
        }
    }

    /** Opens whole records while there is room for another; true if it opened any. */
    private boolean open(final ByteBuffer into) throws IOException {
        boolean opened = false;
        while (into.remaining() >= plaintextLength && openRecord(into)) {
            opened = true;
        }
        return opened;
    }

    /** Opens one record, if it has come whole. */
    private boolean openRecord(final ByteBuffer into) throws IOException {
        if (!incoming.hasRemaining()) {
            return false;
        }
        final Status status = engine.unwrap(incoming, into).getStatus();
        if (status != Status.OK && status != Status.BUFFER_UNDERFLOW) {
            throw new SSLException("opening a record ended with " + status);
        }
        return status == Status.OK;
    }
}
