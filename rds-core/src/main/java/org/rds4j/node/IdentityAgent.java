package org.rds4j.node;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;
import org.rds4j.RdsContext;
import org.rds4j.crypto.certificate.ChainVerifier;
import org.rds4j.crypto.certificate.PeerRefusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a node's credentials up to date and judges the live paths by them: all that waits for files, validates chains outside
 * handshakes, or logs. The engine tells it of peers and refusals by one ring, and takes its sentences from another.
 */
final class IdentityAgent implements Agent {
    /** Two looks make a change of files; with the judging of paths it is in force within a second. */
    static final long INTERVAL_NS = 250_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(IdentityAgent.class);
    private static final int RING_LENGTH = 4096;
    private static final long WARNING_INTERVAL_NS = 60_000_000_000L;
    /** So that paths that began together do not all make their new handshakes together. */
    private static final int SPREAD = 10;

    private final NanoClock nanoClock;
    private final EpochClock epochClock;
    private final CredentialFiles source;
    private final boolean isStrict;
    private final long maxAgeNs;
    private final long patienceNs;
    private final RefusalLog refusals;
    private final OneToOneConcurrentArrayQueue<Object> reports = new OneToOneConcurrentArrayQueue<>(RING_LENGTH);
    private final OneToOneConcurrentArrayQueue<Sentence> sentences = new OneToOneConcurrentArrayQueue<>(RING_LENGTH);
    private final List<SecurePeer> peers = new ArrayList<>();
    private final Map<Chain, Optional<PeerRefusal>> verdicts = new HashMap<>();
    private final AtomicLong loads = new AtomicLong();
    private final AtomicLong rejectedLoads = new AtomicLong();
    private volatile ActiveCredentials active;
    private int[] levelsOfLane = new int[0];
    private long nextPollNs;
    private long lastWarningNs;
    private String lastWarning = "";

    /** What the engine is to do: end a path because of something against its peer, or renew it when there is nothing. */
    record Sentence(SecurePeer peer, PeerRefusal refusal) {
    }

    /** All paths of a peer have the same chain, so one validation serves them. */
    private record Chain(List<?> certificates, ChainVerifier.Role role) {
    }

    IdentityAgent(final RdsContext context, final CredentialFiles source, final EpochClock epochClock) {
        this.nanoClock = context.nanoClock();
        this.epochClock = epochClock;
        this.source = source;
        this.isStrict = context.strictExpiry();
        this.maxAgeNs = context.pathMaxAgeNs();
        this.patienceNs = context.drainTimeoutNs();
        this.refusals = new RefusalLog(nanoClock);
        this.active = new ActiveCredentials(source.load(), 1, epochClock);
        this.nextPollNs = nanoClock.nanoTime() + INTERVAL_NS;
        this.lastWarningNs = nanoClock.nanoTime() - WARNING_INTERVAL_NS;
        warnOfOwnCertificate();
    }

    /** Which service levels share a lane; before anything else. */
    void levelsOfLane(final int[] levels) {
        levelsOfLane = levels;
    }

    /** The service levels of a lane, one bit each; any thread. */
    int levels(final int lane) {
        return lane >= 0 && lane < levelsOfLane.length ? levelsOfLane[lane] : 0;
    }

    /** The credentials in force; any thread. */
    ActiveCredentials active() {
        return active;
    }

    /** By the clock of certificates; any thread. */
    Instant time() {
        return Instant.ofEpochMilli(epochClock.time());
    }

    /** Engine thread: hands over a {@link SecurePeer} or a {@link RefusalReport}; false when the ring is full. */
    boolean report(final Object report) {
        return reports.offer(report);
    }

    /** Engine thread: what is to be done next, or null. */
    Sentence nextSentence() {
        return sentences.poll();
    }

    void list(final CounterListing counters) {
        counters.add("credentials_loaded",
            "changes of certificate, key, trust bundles and list of peers that were taken", loads::get);
        counters.add("credentials_rejected",
            "changes of these files that do not serve; what was there before goes on", rejectedLoads::get);
        counters.add("certificate_seconds_left", "until this node's certificate expires",
            () -> Math.max(0, active.expiresS() - epochClock.time() / 1_000));
        counters.add("refusals_not_logged",
            "refused peers that got no line in the log, as there were too many", refusals::suppressed);
    }

    long nextDeadlineNs() {
        return nextPollNs;
    }

    @Override
    public int doWork() {
        final int work = reports.drain(this::onReport);
        final long nowNs = nanoClock.nanoTime();
        if (nowNs - nextPollNs < 0) {
            return work;
        }
        nextPollNs = nowNs + INTERVAL_NS;
        reload(nowNs);
        review(nowNs);
        return work + 1;
    }

    private void onReport(final Object report) {
        if (report instanceof SecurePeer peer) {
            peer.renewalNs = peer.sinceNs + maxAgeNs - spreadNs(peer);
            peers.add(peer);
        } else {
            refusals.log((RefusalReport) report);
        }
    }

    /** The same for both sides of no two paths; the dialer is meant to come first, as it can dial. */
    private long spreadNs(final SecurePeer peer) {
        final long share = maxAgeNs / SPREAD;
        final long spread = share == 0 ? 0 : Math.floorMod(peer.key.hashCode() * 0x9E37_79B9_7F4A_7C15L, share);
        return peer.role == ChainVerifier.Role.SERVER ? spread : -share;
    }

    private void reload(final long nowNs) {
        try {
            final Credentials read = source.poll(epochClock.time());
            if (read != null) {
                active = new ActiveCredentials(read, active.version() + 1, epochClock);
                loads.incrementAndGet();
                LOG.info("new credentials: {} until {}", read.identity().name().id(), read.identity().name().notAfter());
                warnOfOwnCertificate();
            }
        } catch (final RuntimeException e) {
            rejectedLoads.incrementAndGet();
            warn(nowNs, "the files of this node's credentials have changed and do not serve; it goes on with those from before: "
                + e.getMessage());
        }
    }

    private void warn(final long nowNs, final String warning) {
        if (!warning.equals(lastWarning) || nowNs - lastWarningNs >= WARNING_INTERVAL_NS) {
            lastWarning = warning;
            lastWarningNs = nowNs;
            LOG.warn("{}", warning);
        }
    }

    private void warnOfOwnCertificate() {
        final PeerRefusal refusal = active.judgeOwn(time());
        if (refusal != null) {
            LOG.warn("peers with the same trust bundle will refuse this node: {}; {}", refusal.meaning(), refusal.remedy());
        }
    }

    private void review(final long nowNs) {
        final ActiveCredentials now = active;
        final Instant time = time();
        final Iterator<SecurePeer> all = peers.iterator();
        while (all.hasNext()) {
            final SecurePeer peer = all.next();
            if (peer.isGone()) {
                all.remove();
            } else if (!peer.isSentenced) {
                review(peer, now, time, nowNs);
            }
        }
        verdicts.clear();
    }

    private void review(final SecurePeer peer, final ActiveCredentials now, final Instant time, final long nowNs) {
        final PeerRefusal refusal = refusal(peer, now, time);
        if (refusal != null) {
            peer.isSentenced = sentences.offer(new Sentence(peer, refusal));
        } else if (nowNs - peer.renewalNs >= 0 && sentences.offer(new Sentence(peer, null))) {
            peer.renewalNs = nowNs + patienceNs;
        }
    }

    private PeerRefusal refusal(final SecurePeer peer, final ActiveCredentials now, final Instant time) {
        if (peer.judgedVersion != now.version()) {
            final Optional<PeerRefusal> refusal = verdicts.computeIfAbsent(
                new Chain(peer.chain, peer.role), chain -> Optional.ofNullable(now.judge(peer)));
            if (refusal.isPresent()) {
                return refusal.get();
            }
            peer.judgedVersion = now.version();
            final PeerRefusal listed = now.credentials().peers().judge(
                peer.identity, peer.key.remoteHigh(), peer.key.remoteLow(), levels(peer.key.lane()));
            if (listed != null) {
                return listed;
            }
        }
        return isStrict && time.isAfter(peer.identity.notAfter()) ? PeerRefusal.EXPIRED : null;
    }

    @Override
    public String roleName() {
        return "rds-identity";
    }
}
