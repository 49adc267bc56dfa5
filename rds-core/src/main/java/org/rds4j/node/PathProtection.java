package org.rds4j.node;

import java.util.ArrayList;
import java.util.List;
import org.rds4j.carrier.PathKey;
import org.rds4j.crypto.agent.SecureSession;
import org.rds4j.crypto.certificate.PeerIdentity;
import org.rds4j.crypto.handshake.SessionKeys;
import org.rds4j.status.SecurityStatus;
import org.rds4j.status.StatusPage;
import org.rds4j.status.StatusSource;
import org.rds4j.status.StatusTable;
import org.rds4j.tcp.TcpConnection;

/** What was negotiated for each live carrier, for tools. Engine thread only. */
final class PathProtection implements StatusSource {
    private static final byte[] PLAINTEXT = SecurityStatus.texts("none", "", "", "");
    private static final int AES_128_LENGTH = 16;

    private final List<Entry> entries = new ArrayList<>();
    private long nowNs;

    /** What is told of a carrier; its texts are octets already, so that telling allocates nothing. */
    private static final class Entry {
        private final TcpCarrier carrier;
        private final PathKey key;
        private final boolean isDialed;
        private final long sinceNs;
        private final long expiresMs;
        private final byte[] texts;

        Entry(
            final TcpCarrier carrier, final PathKey key, final boolean isDialed, final long sinceNs, final long expiresMs,
            final byte[] texts) {
            this.carrier = carrier;
            this.key = key;
            this.isDialed = isDialed;
            this.sinceNs = sinceNs;
            this.expiresMs = expiresMs;
            this.texts = texts;
        }
    }

    void add(
        final TcpCarrier carrier, final PathKey key, final boolean isDialed, final PeerIdentity peer, final String provider) {
        if (carrier instanceof SecureCarrier secure) {
            final SessionKeys keys = secure.session().keys();
            final String cipher = keys.sendKeys().keyLength() == AES_128_LENGTH ? "AES-128-GCM" : "AES-256-GCM";
            entries.add(new Entry(carrier, key, isDialed, nowNs, peer.notAfter().toEpochMilli(),
                SecurityStatus.texts(cipher, provider, keys.cipherSuite(), peer.id().toString())));
        } else {
            entries.add(new Entry(carrier, key, isDialed, nowNs, 0, PLAINTEXT));
        }
    }

    @SuppressWarnings("ReferenceEquality") // carriers have no other identity
    void remove(final TcpCarrier carrier) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            if (entries.get(i).carrier == carrier) {
                entries.remove(i);
                return;
            }
        }
    }

    void now(final long now) {
        nowNs = now;
    }

    /** The page's cursor counts carriers. */
    @Override
    public void write(final StatusTable table, final StatusPage page) {
        for (int i = Math.clamp(page.outer(), 0, entries.size()); i < entries.size(); i++) {
            final Entry entry = entries.get(i);
            if (!page.hasRoom(1 + Math.ceilDiv(entry.texts.length, StatusPage.ROW_LENGTH))) {
                page.stopAt(i, 0);
                return;
            }
            write(entry, page);
        }
    }

    private void write(final Entry entry, final StatusPage page) {
        final SecureCarrier secure = entry.carrier instanceof SecureCarrier carrier ? carrier : null;
        final SecureSession session = secure == null ? null : secure.session();
        final TcpConnection c = entry.carrier.connection;
        page.next();
        page.put(c.localHigh()).put(c.localLow()).put(c.localPort())
            .put(c.remoteHigh()).put(c.remoteLow()).put(c.remotePort())
            .put(entry.key.lane()).put(entry.key.index())
            .put(entry.carrier.isSecure() ? 1 : 0).put(entry.isDialed ? 1 : 0)
            .put(nowNs - entry.sinceNs).put(entry.expiresMs)
            .put(session == null ? 0 : session.sendGeneration()).put(session == null ? 0 : session.receiveGeneration())
            .put(secure != null && secure.isInline() ? 1 : 0).put(entry.texts.length);
        page.putRows(entry.texts);
    }
}
