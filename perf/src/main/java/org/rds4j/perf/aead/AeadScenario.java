package org.rds4j.perf.aead;

import java.util.ArrayList;
import java.util.List;
import org.agrona.CloseHelper;
import org.rds4j.crypto.agent.EncryptionAgent;
import org.rds4j.crypto.provider.AeadCalibration;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.dpdk.CryptoDevice;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.dpdk.DpdkException;
import org.rds4j.node.CryptodevProvider;
import org.rds4j.perf.load.LoadProgress;
import org.rds4j.perf.load.Measurement;

/**
 * What sealing and opening a record takes: by each library of this machine alone, and by the encryption thread with the one that
 * nodes use here, what its queue costs included. Subjects take turns, so that noise of the machine hits all alike.
 */
public final class AeadScenario {
    /** What carries the records. */
    static final String LINK = "memory";

    private static final String DRIVER = "crypto_aesni_gcm_perf";
    private static final int SESSIONS = 16;
    private static final int BATCH_OCTETS = 1 << 20;

    private final List<Integer> sizes;
    private final LoadProgress progress;
    private final long warmUpNs;
    private final long roundNs;
    private final int rounds;

    /**
     * A scenario that has not begun.
     *
     * @param sizes    octets of content of the records.
     * @param progress hears of each step.
     * @param warmUpNs unrecorded time of each subject at each size.
     * @param roundNs  recorded time of each subject at each size in each round.
     * @param rounds   how often each subject has its turn.
     */
    public AeadScenario(
        final List<Integer> sizes, final LoadProgress progress, final long warmUpNs, final long roundNs, final int rounds) {
        this.sizes = List.copyOf(sizes);
        this.progress = progress;
        this.warmUpNs = warmUpNs;
        this.roundNs = roundNs;
        this.rounds = rounds;
    }

    /**
     * Measures.
     *
     * @return for each size and subject sealing and opening; the encryption thread last.
     */
    public List<Measurement> run() {
        final List<Measurement> measurements = new ArrayList<>();
        final AeadProvider choice;
        final List<AeadProvider> libraries = new ArrayList<>(AeadProviders.all());
        final CryptoDevice device = device();
        try (EncryptionThread thread = new EncryptionThread()) {
            libraries.add(CryptodevProvider.ofProcess());
            libraries.removeIf(provider -> !provider.isAvailable());
            choice = AeadCalibration.begin(CryptodevProvider.candidates()).join().choice();
            for (int i = 0; i < sizes.size(); i++) {
                progress.onCell(i, sizes.size(), "records of " + sizes.get(i) + " octets");
                measurements.addAll(measure(sizes.get(i), libraries, device, thread, choice));
            }
        } finally {
            CloseHelper.close(device);
        }
        return measurements;
    }

    /** Null where DPDK or its driver is missing. */
    private static CryptoDevice device() {
        if (!DpdkEnvironment.isAvailable()) {
            return null;
        }
        try {
            return CryptoDevice.open(DpdkEnvironment.start(), DRIVER, SESSIONS);
        } catch (final DpdkException e) {
            return null;
        }
    }

    private List<Measurement> measure(
        final int size,
        final List<AeadProvider> libraries,
        final CryptoDevice device,
        final EncryptionThread thread,
        final AeadProvider choice) {
        final int count = Math.min(BATCH_OCTETS / size, EncryptionThread.QUEUE_LENGTH);
        final List<RecordSubject> subjects = new ArrayList<>();
        try {
            libraries.forEach(library -> subjects.add(new RawCipher(library, size, count)));
            if (device != null) {
                subjects.add(new CryptodevBursts(device, size, count, EncryptionAgent.JOBS_PER_TURN));
            }
            subjects.add(new ThreadedCipher(thread, choice, size, count));
            return turns(size, subjects);
        } finally {
            CloseHelper.closeAll(subjects);
        }
    }

    private List<Measurement> turns(final int size, final List<RecordSubject> subjects) {
        final List<List<Measurement.Round>> sealed = new ArrayList<>();
        final List<List<Measurement.Round>> opened = new ArrayList<>();
        for (final RecordSubject subject : subjects) {
            batches(subject, warmUpNs, new ArrayList<>(), new ArrayList<>());
            sealed.add(new ArrayList<>());
            opened.add(new ArrayList<>());
        }
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < subjects.size(); i++) {
                batches(subjects.get(i), roundNs, sealed.get(i), opened.get(i));
            }
        }
        final List<Measurement> measurements = new ArrayList<>();
        for (int i = 0; i < subjects.size(); i++) {
            measurements.add(new Measurement.Records(subjects.get(i).description(), size, true, sealed.get(i)));
        }
        for (int i = 0; i < subjects.size(); i++) {
            measurements.add(new Measurement.Records(subjects.get(i).description(), size, false, opened.get(i)));
        }
        return measurements;
    }

    private static void batches(
        final RecordSubject subject,
        final long forNs,
        final List<Measurement.Round> sealed,
        final List<Measurement.Round> opened) {
        final long startNs = System.nanoTime();
        do {
            sealed.add(new Measurement.Round(subject.count(), subject.seal()));
            opened.add(new Measurement.Round(subject.count(), subject.open()));
        } while (System.nanoTime() - startNs < forNs);
    }
}
