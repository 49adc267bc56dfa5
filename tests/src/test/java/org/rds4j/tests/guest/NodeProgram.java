package org.rds4j.tests.guest;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.CloseHelper;
import org.rds4j.RdsContext;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.record.InlineTls;
import org.rds4j.crypto.offload.record.OffloadPolicy;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.node.DeviceLink;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.offload.ModelPort;

/**
 * A node in a process of its own, of what {@link RdsContext} finds in the system properties. Takes commands as
 * {@link CommandProcess} sends them: {@code rds-exchange} with the words of that program, and {@code counters}.
 */
public final class NodeProgram {
    /** Properties, which are no context's, for limits of a key far below the usual ones. */
    private static final String SOFT_RECORDS = "rds.key.softRecords";
    private static final String HARD_RECORDS = "rds.key.hardRecords";
    /** Another one, for a node with a modelled NIC: octets from which on records are for it. */
    private static final String NIC_THRESHOLD = "rds.nic.threshold";

    private final RdsNode node;

    private NodeProgram(final RdsNode node) {
        this.node = node;
    }

    /** Serves until the input ends. */
    public static void main(final String[] arguments) throws IOException {
        final RdsContext context = new RdsContext();
        final RdsNode.Builder builder = RdsNode.with(context).keyLimits(keyLimits());
        final DeviceLink device = withModel(builder, context);
        try (RdsNode node = builder.launch()) {
            new NodeProgram(node).serve();
        } finally {
            CloseHelper.close(device);
        }
    }

    /** Null where the node opens its device itself. */
    private static DeviceLink withModel(final RdsNode.Builder builder, final RdsContext context) {
        final Integer threshold = Integer.getInteger(NIC_THRESHOLD);
        if (threshold == null) {
            return null;
        }
        final DeviceLink device = DeviceLink.open(context.device(), context.mtu());
        final ModelPort nic = new ModelPort(device.port(), ModelMode.STRICT);
        builder.link(nic).inlineTls(new InlineTls(nic.model(), OffloadPolicy.DEFAULT, threshold));
        return device;
    }

    private static KeyLimits keyLimits() {
        final KeyLimits usual = KeyLimits.DEFAULT;
        return new KeyLimits(Long.getLong(SOFT_RECORDS, usual.softRecords()), Long.getLong(HARD_RECORDS, usual.hardRecords()),
            usual.softBlocks(), usual.hardBlocks());
    }

    private void serve() throws IOException {
        final BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        say("ready");
        String line = in.readLine();
        while (line != null) {
            final String[] words = line.split(" ", -1);
            final Thread thread = new Thread(() -> run(words), words[0]);
            thread.setDaemon(true);
            thread.start();
            line = in.readLine();
        }
    }

    private void run(final String... words) {
        final String id = words[0];
        int exitCode = 1;
        try (PrintStream out = new PrintStream(new Lines(id), true, StandardCharsets.UTF_8)) {
            exitCode = command(out, Arrays.copyOfRange(words, 1, words.length));
        } catch (final InterruptedException | RuntimeException e) {
            say(id + ":" + e);
        }
        say(id + ":" + CommandProcess.END + exitCode);
    }

    private int command(final PrintStream out, final String... words) throws InterruptedException {
        if ("rds-exchange".equals(words[0])) {
            return new ExchangeRun(out, Arrays.copyOfRange(words, 1, words.length)).run(node);
        }
        if ("counters".equals(words[0])) {
            node.counters((label, meaning, value) -> out.println(label + " " + value));
            return 0;
        }
        throw new IllegalArgumentException("no command " + words[0]);
    }

    private static void say(final String line) {
        synchronized (System.out) {
            System.out.println(line);
            System.out.flush();
        }
    }

    /** Puts the name of a command before each of its lines. */
    private static final class Lines extends ByteArrayOutputStream {
        private final String id;

        Lines(final String id) {
            this.id = id;
        }

        @Override
        public synchronized void flush() {
            final String text = toString(StandardCharsets.UTF_8);
            final int end = text.lastIndexOf('\n');
            if (end >= 0) {
                text.substring(0, end).lines().forEach(line -> say(id + ":" + line));
                reset();
                writeBytes(text.substring(end + 1).getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
