package org.rds4j.crypto.agent;

import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordHeaderFlyweight;
import org.rds4j.crypto.record.RecordOpener;
import org.rds4j.crypto.record.RecordSealer;

/** What else is done on the encryption thread in its turn among the records of a session, and how the engine learns of it. */
public interface EncryptionTask {
    /** What the dearest job weighs: as much as the longest record, of which the order of lanes is told no more. */
    int MAX_WEIGHT = RecordHeaderFlyweight.HEADER_LENGTH + RecordHeaderFlyweight.MAX_LENGTH;

    /**
     * What the work costs the lane of its session, in the octets of a record that takes as long. Engine thread, at submission.
     *
     * @return 1 to {@link #MAX_WEIGHT}.
     */
    int weight();

    /**
     * Does the work. Encryption thread.
     *
     * @param sealer of the session, its next record being the one that is submitted next.
     * @param opener of the session, likewise.
     * @return {@link RecordError#NONE}, or why it failed; whatever it throws counts as {@link RecordError#INTERNAL_ERROR}.
     */
    RecordError execute(RecordSealer sealer, RecordOpener opener);

    /**
     * Learns that the work is done. Engine thread, in order of submission. May submit; must not drain and must not throw.
     *
     * @param error as {@link #execute} said.
     */
    void onExecuted(RecordError error);
}
