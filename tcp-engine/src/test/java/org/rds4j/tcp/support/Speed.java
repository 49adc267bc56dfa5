package org.rds4j.tcp.support;

import org.rds4j.tcp.wire.InternetChecksum;

/** Prints what two engines do back to back in memory: a number to look at, not a test. */
public final class Speed {
    private Speed() {
    }

    public static void main(final String[] arguments) {
        System.out.println("vector checksums: " + InternetChecksum.warmUp());
        for (final int mtu : new int[] {1500, 9000}) {
            final Loop loop = new Loop(mtu);
            for (int round = 0; round < 5; round++) {
                final long octets = 4L << 30;
                final long frames = loop.frames;
                final long from = System.nanoTime();
                loop.stream(octets);
                final long ns = System.nanoTime() - from;
                System.out.printf("mtu %d: %.2f Gbit/s, %.1f ns per frame sent and received%n",
                    mtu, octets * 8.0 / ns, (double) ns / (loop.frames - frames));
            }
        }
        final Loop loop = new Loop(1500);
        for (int round = 0; round < 5; round++) {
            final int rounds = 2_000_000;
            final long from = System.nanoTime();
            loop.pingPong(rounds, 64);
            System.out.printf("ping-pong of 64 octets: %.0f ns per round trip%n", (System.nanoTime() - from) / (double) rounds);
        }
    }
}
