package org.rds4j.crypto.handshake;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.conscrypt.Conscrypt;
import org.rds4j.crypto.Closing;
import org.rds4j.crypto.certificate.PeerIdentity;
import org.rds4j.crypto.certificate.PeerRefusal;
import org.rds4j.crypto.certificate.PeerRefusedException;
import org.rds4j.crypto.record.RecordHeaderFlyweight;
import org.rds4j.crypto.record.TrafficKeys;

/**
 * One mutual TLS 1.3 handshake, ended by one marker message from each side, without any I/O: octets in, octets out. It cuts
 * the stream into TLS records itself, so that it takes not one octet beyond the peer's marker; what follows belongs to the
 * record layer. The keys come from the TLS exporter (RFC 8446 section 7.5), so TLS must send nothing afterwards.
 * <p>
 * Not thread safe. The caller watches the time; the amount of input is watched here.
 */
public final class TlsHandshake implements AutoCloseable {
    /** Most octets a peer may send before its handshake is done. */
    public static final int MAX_INPUT_LENGTH = 64 * 1024;

    private static final String EXPORTER_LABEL = "EXPERIMENTAL rds-tcp tls13 v1";
    private static final int EXPORTER_LENGTH = 2 * TrafficKeys.SECRET_LENGTH;
    private static final int MAX_RECORD_LENGTH = RecordHeaderFlyweight.HEADER_LENGTH + RecordHeaderFlyweight.MAX_LENGTH;
    private static final int FIRST_CONTENT_TYPE = 20;
    private static final int LAST_CONTENT_TYPE = 23;
    private static final int VERSION_MAJOR = 3;
    /** What the library finds out by itself, by words of its errors. */
    private static final Map<String, PeerRefusal> LIBRARY_REFUSALS = Map.of(
        "PEER_DID_NOT_RETURN_A_CERTIFICATE", PeerRefusal.NO_CERTIFICATE,
        "KEY_USAGE_BIT_INCORRECT", PeerRefusal.KEY_USAGE);
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;
    private final boolean isClient;
    private final KeyLengthRule keyLengthRule;
    private final MarkerPolicy policy;
    private final PeerPolicy peers;
    private final ByteBuffer record = ByteBuffer.allocateDirect(MAX_RECORD_LENGTH).order(ByteOrder.BIG_ENDIAN);
    private final long recordAddress = BufferUtil.address(record);
    private final ByteBuffer text = ByteBuffer.allocateDirect(MAX_RECORD_LENGTH);
    private ByteBuffer output = ByteBuffer.allocateDirect(MAX_RECORD_LENGTH);
    private Marker clientMarker;
    private Marker serverMarker;
    private PeerIdentity peer;
    private boolean isBegun;
    private boolean isMarkerSent;
    private long receivedOctets;
    private SessionKeys keys;
    private HandshakeFailure failure;

    TlsHandshake(
        final SSLEngine engine, final Marker clientMarker, final MarkerPolicy policy, final PeerPolicy peers,
        final KeyLengthRule keyLengthRule) {
        this.peers = peers;
        this.keyLengthRule = keyLengthRule;
        this.engine = engine;
        this.isClient = engine.getUseClientMode();
        this.clientMarker = clientMarker;
        this.policy = policy;
    }

    /**
     * Takes octets of the stream and does what follows from them. Output is appended to what was not yet cleared.
     *
     * @param address borrowed.
     * @param length  0 or more; a client's first call may have none.
     * @return octets taken: all, unless the handshake ended within them.
     */
    public int onInput(final long address, final int length) {
        int taken = 0;
        try {
            if (!isBegun && !hasEnded()) {
                isBegun = true;
                engine.beginHandshake();
                advance();
            }
            while (taken < length && !hasEnded()) {
                taken += fill(address + taken, length - taken);
                if (isRecordComplete()) {
                    onRecord();
                }
            }
        } catch (final SSLException e) {
            onTlsRefusal(e);
        } catch (final RuntimeException e) {
            fail(HandshakeFailure.Cause.TLS, "the TLS library failed: " + e);
        }
        return taken;
    }

    /**
     * Octets for the peer.
     *
     * @return address of {@link #outputLength()} octets, valid until the next call of any method that changes state.
     */
    public long outputAddress() {
        return BufferUtil.address(output);
    }

    /**
     * How many octets wait for the peer.
     *
     * @return 0 or more.
     */
    public int outputLength() {
        return output.position();
    }

    /** Forgets the output: it has been sent, or copied. */
    public void clearOutput() {
        output.clear();
    }

    /**
     * Whether keys are agreed and both markers exchanged. The output may still hold the last octets to send.
     *
     * @return true when {@link #keys()} has a value.
     */
    public boolean isDone() {
        return keys != null;
    }

    /**
     * The outcome.
     *
     * @return the session's keys, for the caller to take over; null until done.
     */
    public SessionKeys keys() {
        return keys;
    }

    /**
     * Who the peer proved to be.
     *
     * @return null until TLS itself is finished.
     */
    public PeerIdentity peer() {
        return peer;
    }

    /**
     * What went wrong. The output may hold an alert to be sent before the connection is closed.
     *
     * @return null unless the handshake failed.
     */
    public HandshakeFailure failure() {
        return failure;
    }

    /**
     * Octets taken from the peer so far.
     *
     * @return at most {@link #MAX_INPUT_LENGTH}.
     */
    public long receivedOctets() {
        return receivedOctets;
    }

    /**
     * Frees the TLS library's state, whose secrets give all keys of the connection away; keys already agreed stay the caller's.
     * Idempotent.
     */
    @Override
    public void close() {
        engine.closeOutbound();
        try {
            engine.closeInbound();
            discardFarewell();
        } catch (final SSLException e) {
            // Says that the peer sent no close_notify: it must not, its stream goes on without TLS.
            engine.closeOutbound();
        }
    }

    /** The library keeps everything for as long as it has a close_notify to give, which the peer must not get. */
    private void discardFarewell() throws SSLException {
        do {
            text.clear();
            engine.wrap(NOTHING.duplicate(), text);
        } while (text.position() > 0);
    }

    private boolean hasEnded() {
        return keys != null || failure != null;
    }

    /** Copies up to the end of the header, then up to the end of the record. */
    private int fill(final long address, final int length) {
        final int have = record.position();
        final int want = have < RecordHeaderFlyweight.HEADER_LENGTH
            ? RecordHeaderFlyweight.HEADER_LENGTH : RecordHeaderFlyweight.recordLength(recordAddress);
        final int count = Math.min(want - have, length);
        if (receivedOctets + count > MAX_INPUT_LENGTH) {
            fail(HandshakeFailure.Cause.TOO_LONG, "the peer sent more than " + MAX_INPUT_LENGTH + " octets of handshake");
            return 0;
        }
        UnsafeApi.copyMemory(address, recordAddress + have, count);
        record.position(have + count);
        receivedOctets += count;
        if (have < RecordHeaderFlyweight.HEADER_LENGTH && have + count >= RecordHeaderFlyweight.HEADER_LENGTH) {
            checkHeader();
        }
        return count;
    }

    private void checkHeader() {
        final int type = RecordHeaderFlyweight.type(recordAddress);
        final int length = RecordHeaderFlyweight.length(recordAddress);
        if (type < FIRST_CONTENT_TYPE || type > LAST_CONTENT_TYPE
            || RecordHeaderFlyweight.version(recordAddress) >> 8 != VERSION_MAJOR
            || length == 0 || length > RecordHeaderFlyweight.MAX_LENGTH) {
            fail(HandshakeFailure.Cause.NOT_TLS, "what came is not a TLS record");
        }
    }

    private boolean isRecordComplete() {
        return failure == null
            && record.position() >= RecordHeaderFlyweight.HEADER_LENGTH
            && record.position() == RecordHeaderFlyweight.recordLength(recordAddress);
    }

    private void onRecord() throws SSLException {
        record.flip();
        while (record.hasRemaining() && failure == null) {
            final int before = record.remaining();
            final SSLEngineResult result = engine.unwrap(record, text);
            if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                fail(HandshakeFailure.Cause.TLS, "the peer closed TLS before the handshake was done");
            } else if (result.getStatus() != SSLEngineResult.Status.OK) {
                fail(HandshakeFailure.Cause.TLS, "a TLS record came that makes no sense: " + result.getStatus());
            } else {
                advance();
            }
            if (record.remaining() == before && failure == null) {
                fail(HandshakeFailure.Cause.TLS, "TLS made no progress");
            }
        }
        record.clear();
        if (text.position() > 0 && failure == null) {
            onMessage();
        }
    }

    /** Runs what TLS asks for until it waits for input or is finished; a finished client sends its marker. */
    private void advance() throws SSLException {
        do {
            runTasks();
        } while (hasMoreToSay());
        if (isTlsFinished() && isClient && !isMarkerSent && isWelcome()) {
            sendMarker(clientMarker);
        }
    }

    private void runTasks() throws SSLException {
        SSLEngineResult.HandshakeStatus status = engine.getHandshakeStatus();
        while (status == SSLEngineResult.HandshakeStatus.NEED_WRAP || status == SSLEngineResult.HandshakeStatus.NEED_TASK) {
            if (status == SSLEngineResult.HandshakeStatus.NEED_TASK) {
                engine.getDelegatedTask().run();
            } else {
                wrap(NOTHING.duplicate());
            }
            status = engine.getHandshakeStatus();
        }
    }

    /** A flight longer than the library's own buffer stops there, and goes on when asked; its status does not tell. */
    private boolean hasMoreToSay() throws SSLException {
        if (engine.getHandshakeStatus() != SSLEngineResult.HandshakeStatus.NEED_UNWRAP) {
            return false;
        }
        final int before = output.position();
        wrap(NOTHING.duplicate());
        return output.position() > before;
    }

    /** Whether local policy has nothing against the peer. */
    private boolean isWelcome() throws SSLException {
        try {
            peer = PeerIdentity.of(peerCertificates().getFirst());
        } catch (final PeerRefusedException e) {
            throw new SSLException(e);
        }
        final PeerRefusal refusal = peers.onPeer(peer, clientMarker);
        if (refusal != null) {
            failure = new HandshakeFailure(
                HandshakeFailure.Cause.REFUSED, refusal, refusal.meaning() + " (" + peer.id() + ")");
            closeTls();
        }
        return refusal == null;
    }

    private boolean isTlsFinished() {
        return isBegun && engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING
            && engine.getSession().isValid();
    }

    private void onMessage() throws SSLException {
        if (!isTlsFinished() || text.position() != Marker.LENGTH) {
            fail(HandshakeFailure.Cause.MARKER, "the peer's first message has " + text.position()
                + " octets, not the " + Marker.LENGTH + " of a marker");
            return;
        }
        final byte[] octets = new byte[Marker.LENGTH];
        text.get(0, octets);
        if (isClient) {
            serverMarker = Marker.of(octets);
            finish();
        } else {
            clientMarker = Marker.of(octets);
            answer();
        }
    }

    private void answer() throws SSLException {
        if (!isWelcome()) {
            return;
        }
        serverMarker = policy.onClientMarker(clientMarker, peerCertificates());
        if (serverMarker == null) {
            fail(HandshakeFailure.Cause.REFUSED, "this side does not accept the peer");
            closeTls();
        } else {
            sendMarker(serverMarker);
            finish();
        }
    }

    private void sendMarker(final Marker marker) throws SSLException {
        isMarkerSent = true;
        wrap(ByteBuffer.wrap(marker.octets()));
    }

    private void finish() throws SSLException {
        final SessionKeys agreed = agree();
        try {
            close();
        } catch (final Throwable e) {
            agreed.close();
            throw e;
        }
        keys = agreed;
    }

    private SessionKeys agree() throws SSLException {
        final String suite = engine.getSession().getCipherSuite();
        final List<X509Certificate> certificates = peerCertificates();
        final int keyLength = keyLengthRule.keyLength(clientMarker, serverMarker);
        final byte[] exported = Conscrypt.exportKeyingMaterial(
            engine, EXPORTER_LABEL, clientMarker.octets(), EXPORTER_LENGTH);
        TrafficKeys client = null;
        try {
            FreedMemory.wipe(EXPORTER_LENGTH);
            client = keys(exported, 0, keyLength);
            return new SessionKeys(
                client, keys(exported, TrafficKeys.SECRET_LENGTH, keyLength), isClient, suite, certificates,
                isClient ? serverMarker : clientMarker);
        } catch (final Throwable e) {
            Closing.all(client);
            throw e;
        } finally {
            Arrays.fill(exported, (byte) 0);
        }
    }

    private static TrafficKeys keys(final byte[] exported, final int from, final int keyLength) {
        final byte[] secret = Arrays.copyOfRange(exported, from, from + TrafficKeys.SECRET_LENGTH);
        try {
            return TrafficKeys.derive(secret, keyLength);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private List<X509Certificate> peerCertificates() throws SSLException {
        final Certificate[] certificates = engine.getSession().getPeerCertificates();
        return Stream.of(certificates).map(X509Certificate.class::cast).toList();
    }

    /** A long flight of the library's own goes out first, a record at a time, before it takes the message. */
    private void wrap(final ByteBuffer message) throws SSLException {
        int before;
        do {
            before = output.position();
            wrapOnce(message);
        } while (message.hasRemaining() && output.position() > before);
    }

    private void wrapOnce(final ByteBuffer message) throws SSLException {
        SSLEngineResult result = engine.wrap(message, output);
        while (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
            output = ByteBuffer.allocateDirect(output.capacity() + MAX_RECORD_LENGTH).put(output.flip());
            result = engine.wrap(message, output);
        }
        if (result.getStatus() == SSLEngineResult.Status.CLOSED && result.bytesProduced() == 0) {
            throw new SSLException("TLS is closed");
        }
    }

    /** The library raised an error: its alert, if it has one, goes into the output. */
    private void onTlsRefusal(final SSLException refusal) {
        if (failure == null) {
            final Throwable cause = causeOf(refusal);
            failure = new HandshakeFailure(HandshakeFailure.Cause.TLS, refusalOf(cause),
                String.valueOf(cause.getMessage()).replaceAll("\\s+", " "));
        }
        closeTls();
    }

    /** The verdict on the peer's certificate, else what lies at the bottom. */
    private static Throwable causeOf(final SSLException refusal) {
        Throwable cause = refusal;
        while (cause.getCause() != null && !(cause instanceof PeerRefusedException)) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static PeerRefusal refusalOf(final Throwable cause) {
        if (cause instanceof PeerRefusedException refused) {
            return refused.refusal();
        }
        final String message = String.valueOf(cause.getMessage());
        return LIBRARY_REFUSALS.entrySet().stream()
            .filter(known -> message.contains(known.getKey())).map(Map.Entry::getValue).findFirst().orElse(null);
    }

    private void closeTls() {
        try {
            engine.closeOutbound();
            int before = -1;
            while (output.position() != before) {
                before = output.position();
                wrap(NOTHING.duplicate());
            }
        } catch (final SSLException e) {
            // The refusal is already known and no alert can be had; the connection is closed all the same.
            engine.closeOutbound();
        }
    }

    private void fail(final HandshakeFailure.Cause cause, final String reason) {
        if (failure == null) {
            failure = new HandshakeFailure(cause, reason);
        }
    }
}
