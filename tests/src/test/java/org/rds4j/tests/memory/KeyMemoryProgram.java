package org.rds4j.tests.memory;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.agrona.BufferUtil;
import org.agrona.collections.LongHashSet;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.agent.CompletionHandler;
import org.rds4j.crypto.agent.EncryptionAgent;
import org.rds4j.crypto.agent.EncryptionQueue;
import org.rds4j.crypto.agent.HandshakeTask;
import org.rds4j.crypto.agent.SecureSession;
import org.rds4j.crypto.certificate.DemoAuthority;
import org.rds4j.crypto.certificate.PemIdentity;
import org.rds4j.crypto.handshake.KeyLengthRule;
import org.rds4j.crypto.handshake.Marker;
import org.rds4j.crypto.handshake.PeerPolicy;
import org.rds4j.crypto.handshake.TlsContext;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordSealer;
import org.rds4j.crypto.record.TrafficKeys;

/**
 * Makes a session, changes its keys, closes it, and says after each step in how many places of the Java heap and of the whole
 * memory of the process the octets of its secrets and keys stand. It keeps what it looks for under a mask.
 */
public final class KeyMemoryProgram implements CompletionHandler {
    private static final long MASK = 0x5a5a_a5a5_3c3c_c3c3L;
    private static final int CHUNK = 1 << 20;
    /** What two chunks have in common, so that nothing lies between them. */
    private static final int OVERLAP = 15;
    /** Of a line of {@code /proc/self/maps}. */
    private static final int MAPS_COLUMNS = 6;
    private static final List<UnaryOperator<TrafficKeys>> DERIVATIONS = List.of(TrafficKeys::next, TrafficKeys::copy);

    private final EncryptionAgent agent = new EncryptionAgent("encryption", CryptoCounters.allocate());
    private final EncryptionQueue queue = agent.newQueue(16, CryptoCounters.allocate());
    private final ByteBuffer records = ByteBuffer.allocateDirect(CHUNK);
    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK + OVERLAP).order(ByteOrder.LITTLE_ENDIAN);
    private final List<Wanted> wanted = new ArrayList<>();
    private final LongHashSet wantedLow = new LongHashSet();
    private final Path directory;
    private int sealedLength;

    /** 16 octets of a secret or key under the mask, and which generation they are of. */
    private record Wanted(int generation, long low, long high) {
    }

    private KeyMemoryProgram(final Path directory) {
        this.directory = directory;
    }

    /** The directory for dumps is the only argument. */
    public static void main(final String[] arguments) throws IOException {
        FailingDigest.install();
        final KeyMemoryProgram program = new KeyMemoryProgram(Path.of(arguments[0]));
        final HandshakeTask[] tasks = program.handshakes();
        program.want(tasks[0].session().keys().clientKeys());
        program.want(tasks[0].session().keys().serverKeys());
        program.exchange(tasks);
        program.say("in use");
        program.updateKeys(tasks);
        program.exchange(tasks);
        program.say("replaced");
        program.close(tasks);
        program.say("closed");
        program.failDerivations();
        program.failHandshakes();
        program.say("failed");
    }

    /** Each step of a derivation fails once, of keys that are known here. */
    private void failDerivations() {
        final byte[] masked = new byte[TrafficKeys.SECRET_LENGTH];
        new SecureRandom().nextBytes(masked);
        try (TrafficKeys keys = derive(masked)) {
            want(keys);
        }
        failKeyUpdate(derive(masked));
        for (int steps = 0; steps < FailingDigest.MOST_STEPS; steps++) {
            FailingDigest.failAfter(steps);
            expectFailure(() -> derive(masked));
            for (final UnaryOperator<TrafficKeys> derivation : DERIVATIONS) {
                try (TrafficKeys keys = derive(masked)) {
                    FailingDigest.failAfter(steps);
                    expectFailure(() -> derivation.apply(keys));
                }
            }
        }
    }

    /** There is a next key, and no cipher for it. */
    private void failKeyUpdate(final TrafficKeys keys) {
        final AeadProvider best = AeadProviders.best();
        final int[] made = new int[1];
        final AeadProvider once = (AeadProvider) Proxy.newProxyInstance(
            AeadProvider.class.getClassLoader(), new Class<?>[] {AeadProvider.class}, (proxy, method, arguments) -> {
                if ("newAead".equals(method.getName()) && made[0]++ > 0) {
                    throw new FailingDigest.Failure();
                }
                return method.invoke(best, arguments);
            });
        try (RecordSealer sealer = new RecordSealer(once, keys, KeyLimits.DEFAULT)) {
            sealer.updateKeys(BufferUtil.address(records));
        } catch (final FailingDigest.Failure e) {
            System.out.println(e.getMessage());
        }
    }

    private static TrafficKeys derive(final byte[] masked) {
        final byte[] secret = masked.clone();
        for (int i = 0; i < secret.length; i++) {
            secret[i] ^= (byte) MASK;
        }
        try {
            return TrafficKeys.derive(secret, 16);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private static void expectFailure(final Supplier<TrafficKeys> derivation) {
        try {
            derivation.get().close(); // it may need fewer steps
        } catch (final FailingDigest.Failure e) {
            System.out.println(e.getMessage());
        } finally {
            FailingDigest.reset();
        }
    }

    /** A client that has agreed on keys with its server fails to derive them. */
    private void failHandshakes() {
        for (int steps = 1; steps < FailingDigest.MOST_STEPS; steps += 2) {
            final int count = steps;
            final HandshakeTask[] tasks = handshakes((client, server) -> {
                FailingDigest.failAfter(count);
                return 16;
            });
            FailingDigest.reset();
            want(tasks[1].session().keys().clientKeys());
            want(tasks[1].session().keys().serverKeys());
            queue.close(tasks[1].session());
            if (tasks[0].session() != null) {
                queue.close(tasks[0].session());
            }
            work();
        }
    }

    private HandshakeTask[] handshakes() {
        return handshakes((client, server) -> 16);
    }

    private HandshakeTask[] handshakes(final KeyLengthRule ofClient) {
        final Instant now = Instant.now();
        final DemoAuthority authority = new DemoAuthority("cluster.example", now, new SecureRandom());
        final PemIdentity identity = authority.newIdentity("node/a", Duration.ofDays(1));
        final TlsContext context = new TlsContext(identity, authority.trustStore(), now::toEpochMilli);
        final TlsContext clientContext = new TlsContext(identity, authority.trustStore(), now::toEpochMilli, ofClient);
        final AeadProvider provider = AeadProviders.best();
        final HandshakeTask client = new HandshakeTask(
            1, () -> clientContext.newClient(new Marker(1, 2), PeerPolicy.ANYONE), provider, KeyLimits.DEFAULT);
        final HandshakeTask server = new HandshakeTask(
            2, () -> context.newServer((marker, chain) -> marker, PeerPolicy.ANYONE), provider, KeyLimits.DEFAULT);
        queue.handshake(client, 0, 0);
        work();
        while (client.outputLength() > 0 || server.outputLength() > 0) {
            carry(client, server);
            carry(server, client);
        }
        return new HandshakeTask[] {client, server};
    }

    private void carry(final HandshakeTask from, final HandshakeTask to) {
        final int length = from.outputLength();
        if (length > 0) {
            queue.handshake(to, from.outputAddress(), length);
            work();
            from.clearOutput();
        }
    }

    private void work() {
        agent.doWork();
        queue.drain(this, 16);
    }

    private void want(final TrafficKeys keys) {
        want(keys, 0);
        try (TrafficKeys next = keys.next()) {
            want(next, 1);
        }
    }

    private void want(final TrafficKeys keys, final int generation) {
        for (final byte[] octets : List.of(keys.secret(), keys.key())) {
            final ByteBuffer view = ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 0; at < octets.length; at += 2 * Long.BYTES) {
                wantedLow.add(view.getLong(at) ^ MASK);
                wanted.add(new Wanted(generation, view.getLong(at) ^ MASK, view.getLong(at + Long.BYTES) ^ MASK));
            }
            Arrays.fill(octets, (byte) 0);
        }
    }

    private void exchange(final HandshakeTask[] tasks) {
        final long address = BufferUtil.address(records);
        for (int i = 0; i < 1_000; i++) {
            final SecureSession from = tasks[i % 2].session();
            final SecureSession to = tasks[1 - i % 2].session();
            queue.seal(from, address, 100, address + 1024, 0);
            work();
            queue.open(to, address + 1024, sealedLength, 0);
            work();
        }
    }

    private void updateKeys(final HandshakeTask[] tasks) {
        final long address = BufferUtil.address(records);
        for (int i = 0; i < 2; i++) {
            queue.updateKeys(tasks[i].session(), address, 0);
            work();
            queue.open(tasks[1 - i].session(), address, sealedLength, 0);
            work();
        }
        if (tasks[0].session().sendGeneration() != 1 || tasks[0].session().receiveGeneration() != 1) {
            throw new IllegalStateException("keys were not changed");
        }
    }

    private void close(final HandshakeTask[] tasks) {
        queue.close(tasks[0].session());
        queue.close(tasks[1].session());
        work();
    }

    private void say(final String step) throws IOException {
        final long[] heap = inHeap(step);
        final long[] process = inProcess();
        System.out.println(
            step + ": first keys " + heap[0] + " " + process[0] + ", second keys " + heap[1] + " " + process[1]);
    }

    private long[] inHeap(final String step) throws IOException {
        final Path dump = directory.resolve(step.replace(' ', '-') + ".hprof");
        final long[] found = new long[2];
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(dump.toString(), false);
        try (FileChannel channel = FileChannel.open(dump)) {
            search(channel, 0, channel.size(), found);
        } finally {
            Files.delete(dump);
        }
        return found;
    }

    private long[] inProcess() throws IOException {
        final long[] found = new long[2];
        try (FileChannel memory = FileChannel.open(Path.of("/proc/self/mem"))) {
            for (final String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
                final String[] words = line.split("\\s+", MAPS_COLUMNS);
                final String[] range = words[0].split("-", 2);
                if (words[1].startsWith("rw") && !line.contains("[v")) {
                    search(memory, Long.parseUnsignedLong(range[0], 16), Long.parseUnsignedLong(range[1], 16), found);
                }
            }
        }
        return found;
    }

    private void search(final FileChannel channel, final long from, final long to, final long[] found) {
        for (long at = from; at < to; at += CHUNK) {
            chunk.clear().limit((int) Math.min(CHUNK + OVERLAP, to - at));
            try {
                channel.read(chunk, at);
            } catch (final IOException e) {
                continue; // a page that cannot be read holds nothing
            }
            search(at, chunk.position(), found);
        }
    }

    /** The memory that the search itself reads into is left out. */
    private void search(final long from, final int length, final long[] found) {
        final long own = BufferUtil.address(chunk);
        for (int i = 0; i + 2 * Long.BYTES <= length; i++) {
            final int generation = generationAt(i);
            if (generation >= 0 && (from + i < own - OVERLAP || from + i >= own + chunk.capacity())) {
                found[generation]++;
            }
        }
    }

    private int generationAt(final int at) {
        final long low = chunk.getLong(at) ^ MASK;
        if (!wantedLow.contains(low)) {
            return -1;
        }
        for (int i = 0; i < wanted.size(); i++) {
            final Wanted one = wanted.get(i);
            if (one.low() == low && one.high() == (chunk.getLong(at + Long.BYTES) ^ MASK)) {
                return one.generation();
            }
        }
        return -1;
    }

    @Override
    public void onSealed(final SecureSession session, final long tag, final int recordLength, final RecordError error) {
        require(error);
        sealedLength = recordLength;
    }

    @Override
    public void onOpened(
        final SecureSession session, final long tag, final long contentAddress, final int contentLength, final int contentType,
        final RecordError error) {
        require(error);
    }

    private static void require(final RecordError error) {
        if (error != RecordError.NONE) {
            throw new IllegalStateException(error.name());
        }
    }

    @Override
    public void onHandshake(final HandshakeTask task) {
        if (task.failure() != null && !task.failure().reason().contains(FailingDigest.WHAT)) {
            throw new IllegalStateException(task.failure().reason());
        }
    }

    @Override
    public void onClosed(final SecureSession session) {
        // The memory tells.
    }
}
