package org.rds4j.perf.baseline;

import org.rds4j.perf.load.RttSession;
import org.rds4j.perf.load.Subject;
import org.rds4j.perf.load.SubjectDescription;
import org.rds4j.perf.load.SubjectFactory;
import org.rds4j.perf.load.ThroughputSession;

/**
 * The kernel's TCP over the loopback interface with {@code TCP_NODELAY}, through non-blocking channels and direct buffers,
 * both ends spinning: in a ping-pong on the measuring thread, in a stream with a thread for the server. Every session is a
 * connection of its own.
 */
public final class KernelSubject implements Subject {
    private final SubjectDescription description;
    private final Wires wires;

    private KernelSubject(final String name, final boolean encrypted, final Wires wires) {
        this.description = SubjectDescription.of(name, name, encrypted, "loopback", "");
        this.wires = wires;
    }

    /**
     * Plain TCP: {@code kernel-tcp}.
     *
     * @return its factory.
     */
    public static SubjectFactory tcp() {
        return new Factory("kernel-tcp") {
            @Override
            public Subject open() {
                return new KernelSubject(label(), false, TcpWire.wires());
            }
        };
    }

    /**
     * TLS 1.3 with AES-128-GCM over TCP: {@code kernel-tls}. Each end encrypts and decrypts on its own thread.
     *
     * @return its factory.
     */
    public static SubjectFactory tls() {
        return new Factory("kernel-tls") {
            @Override
            public Subject open() {
                return new KernelSubject(label(), true, TlsWires.create());
            }
        };
    }

    @Override
    public SubjectDescription description() {
        return description;
    }

    @Override
    public RttSession rtt(final int size) {
        return new KernelRtt(description.label(), wires, size);
    }

    @Override
    public ThroughputSession throughput(final int size) {
        return new KernelThroughput(description.label(), wires, size);
    }

    @Override
    public void close() {
        // Nothing is held between sessions.
    }

    private abstract static class Factory implements SubjectFactory {
        private final String label;

        Factory(final String label) {
            this.label = label;
        }

        @Override
        public String label() {
            return label;
        }
    }
}
