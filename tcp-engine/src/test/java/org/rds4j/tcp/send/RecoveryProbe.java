package org.rds4j.tcp.send;

/** Reads the records of what was sent, segment by segment, as {@code tcp_info} counts them. For tests; changes nothing. */
public final class RecoveryProbe {
    private final RecordedRecovery recovery;
    private final SendRecords records;

    public RecoveryProbe(final LossRecovery recovery) {
        this.recovery = (RecordedRecovery) recovery;
        this.records = this.recovery.records;
    }

    private interface Kind {
        boolean matches(int slot);
    }

    private long segments(final Kind kind) {
        long segments = 0;
        for (int i = 0; i < records.count(); i++) {
            final int slot = records.at(i);
            if (kind.matches(slot)) {
                segments += recovery.segments(records.length(slot));
            }
        }
        return segments;
    }

    public long outstanding() {
        return segments(slot -> true);
    }

    public long sacked() {
        return segments(records::isSacked);
    }

    /** Lost and neither sacked nor sent again since. */
    public long lost() {
        return segments(records::isLost);
    }

    /** Sent again and not acknowledged. */
    public long retransmitted() {
        return segments(records::isAgain);
    }

    /** The window is being reduced, for a loss or for an echoed mark. */
    public boolean isReducing() {
        return recovery instanceof SackRecovery selective && selective.reducing;
    }

    /** Something was sacked or acknowledged twice. */
    public boolean isDisordered() {
        return records.sackedOctets() > 0 || (recovery instanceof NewRenoRecovery plain && plain.duplicates > 0);
    }

    /** Segments by which the path has reordered at most, where that is looked at. */
    public long reordering() {
        return recovery instanceof SackRecovery selective && selective.rack.distance() > 0
            ? recovery.segments(selective.rack.distance()) : 0;
    }

    public long reorderingSeen() {
        return recovery instanceof SackRecovery selective ? selective.rack.reorderings() : 0;
    }

    public boolean isAfterTimeout() {
        return recovery.timedOut;
    }
}
