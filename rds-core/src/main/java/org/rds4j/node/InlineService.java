package org.rds4j.node;

import java.util.ArrayList;
import java.util.List;
import org.rds4j.crypto.agent.EncryptionQueue;
import org.rds4j.crypto.agent.SecureSession;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadCounters;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.offload.record.InlineTls;
import org.rds4j.crypto.offload.wqe.WqeError;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.tcp.TcpConnection;

/** The node's NIC with inline TLS, and the connections that use it. Engine thread only. */
final class InlineService {
    private static final long BUSY_PAUSE_NS = 1_000L;
    /** Of all connections: each takes the encryption thread some commands to the firmware. */
    private static final int LOSSES_PER_SECOND = 100;

    private final InlineTls inline;
    private final CipherChoice choice;
    private final int ringLength;
    private final OffloadCounters counters = OffloadCounters.allocate();
    private final List<InlineTransmission> active = new ArrayList<>();
    private final List<InlineReception> receptions = new ArrayList<>();
    private final Rate losses = new Rate(LOSSES_PER_SECOND);
    private SendQueue receptionQueue;
    private long receivedAll;

    /**
     * A service without connections.
     *
     * @param inline     the device, shared with encryption threads.
     * @param choice     of what seals in software.
     * @param ringLength octets of a connection's send ring.
     */
    InlineService(final InlineTls inline, final CipherChoice choice, final int ringLength) {
        this.inline = inline;
        this.choice = choice;
        this.ringLength = ringLength;
    }

    void list(final CounterListing listing) {
        for (final OffloadCounter counter : OffloadCounter.values()) {
            listing.add(counter.label(), counter.meaning(), () -> counters.get(counter));
        }
    }

    InlineTransmission transmission(
        final SecureCarrier carrier, final TcpConnection connection, final SecureSession session,
        final EncryptionQueue queue) {
        return new InlineTransmission(this, carrier, connection, session, queue);
    }

    /** Null where the device decrypts nothing. */
    InlineReception reception(
        final SecureCarrier carrier, final TcpConnection connection, final SecureSession session,
        final EncryptionQueue queue) {
        return inline.isReceiving() ? new InlineReception(this, carrier, connection, session, queue) : null;
    }

    /** By which all receptions tell the device their parameters. */
    void receptionQueue(final SendQueue queue) {
        receptionQueue = queue;
    }

    /** Whether the device takes no parameters any more. */
    boolean isReceptionOver() {
        return receptionQueue != null && receptionQueue.failure() != WqeError.NONE;
    }

    /** TCP has been given every packet that the device had. */
    void onReceivedAll() {
        receivedAll++;
    }

    /** How often that was so. */
    long receivedAll() {
        return receivedAll;
    }

    /** Of contexts that are made anew though the key is the same. */
    Rate losses() {
        return losses;
    }

    InlineTls device() {
        return inline;
    }

    AeadProvider provider() {
        return choice.provider();
    }

    int ringLength() {
        return ringLength;
    }

    OffloadCounters counters() {
        return counters;
    }

    void add(final InlineTransmission transmission) {
        active.add(transmission);
    }

    void add(final InlineReception reception) {
        receptions.add(reception);
    }

    /** Moves every connection on that uses the device. */
    int poll() {
        int work = pollReceptions();
        for (int i = active.size() - 1; i >= 0; i--) {
            work += active.get(i).poll();
            if (active.get(i).isOver()) {
                active.remove(i);
            }
        }
        return work;
    }

    private int pollReceptions() {
        final int work = receptionQueue == null ? 0 : receptionQueue.poll();
        for (int i = receptions.size() - 1; i >= 0; i--) {
            receptions.get(i).poll();
            if (receptions.get(i).isOver()) {
                receptions.remove(i);
            }
        }
        return work;
    }

    /** A device tells what it has done in memory alone, so it is looked at often while there is something to come. */
    long nextDeadlineNs(final long nowNs) {
        for (int i = 0; i < active.size(); i++) {
            if (active.get(i).isBusy()) {
                return nowNs + BUSY_PAUSE_NS;
            }
        }
        for (int i = 0; i < receptions.size(); i++) {
            if (receptions.get(i).isBusy()) {
                return nowNs + BUSY_PAUSE_NS;
            }
        }
        return Long.MAX_VALUE;
    }
}
