package org.rds4j.node;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.rds4j.crypto.certificate.PeerRefusal;

/** How many peers were refused, for each reason; handshakes and live paths alike. Engine thread, readable by any. */
final class RefusalCounts {
    private final Map<PeerRefusal, AtomicLong> counts = new EnumMap<>(PeerRefusal.class);

    RefusalCounts() {
        for (final PeerRefusal refusal : PeerRefusal.values()) {
            counts.put(refusal, new AtomicLong());
        }
    }

    void count(final PeerRefusal refusal) {
        final AtomicLong count = counts.get(refusal);
        count.setRelease(count.getPlain() + 1);
    }

    void list(final CounterListing listing) {
        counts.forEach((refusal, count) -> listing.add(
            "peer_refused_" + refusal.label().replace('-', '_'), "peers refused: " + refusal.meaning(), count::get));
    }
}
