package org.rds4j.tests.guest;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.DatagramInfo;
import org.rds4j.DirectBufferVector;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsException;
import org.rds4j.RdsOption;
import org.rds4j.RdsSocket;
import org.rds4j.node.RdsNode;

/** What {@code rds-calls} does in the guest, on sockets of a node: same words, same answers. */
final class CallRun {
    private static final int MOST = 4 << 20;
    private static final int CYCLES = 20;

    private final RdsNode node;
    private final DirectBuffer octets = new UnsafeBuffer(ByteBuffer.allocateDirect(MOST));
    private final List<RdsSocket> sockets = new ArrayList<>();
    private final StringJoiner answers = new StringJoiner(" ");
    private RdsSocket socket;
    private String[] words;
    private int next;

    CallRun(final RdsNode node) {
        this.node = node;
    }

    /** Makes the calls, and closes what they opened. */
    String run(final String line) {
        words = line.split(" ");
        try {
            while (next < words.length) {
                final String answer = call(word().charAt(0));
                if (!answer.isEmpty()) {
                    answers.add(answer);
                }
                for (int i = 0; i < CYCLES; i++) {
                    node.invoke();
                }
            }
            return answers.toString();
        } finally {
            sockets.forEach(RdsSocket::close);
        }
    }

    private String word() {
        return words[next++];
    }

    private int number() {
        return Integer.parseInt(word());
    }

    private RdsAddress address() {
        final String host = word();
        final int port = number();
        return "-".equals(host) ? null : RdsAddress.parse(host).withPort(port);
    }

    private String call(final char call) {
        return switch (call) {
            case 's' -> open();
            case 'u' -> use(number());
            case 'b' -> bind(address());
            case 'c' -> connect(address());
            case 't' -> send(number(), address(), number());
            case 'r' -> receive(number(), number());
            case 'o' -> set(number(), number(), number());
            case 'g' -> get(number(), number());
            case 'x' -> cancel(address());
            case 'n' -> name(socket.localAddress(), "unspec");
            case 'p' -> name(socket.remoteAddress(), "E" + Errno.ENOTCONN.number());
            case 'k' -> close();
            default -> throw new IllegalArgumentException("no call " + call);
        };
    }

    private static String name(final RdsAddress address, final String none) {
        return address == null ? none : address.isUnicast() ? "named" : "any";
    }

    private String close() {
        socket.close();
        return "0";
    }

    private static String answer(final Supplier<Object> call) {
        try {
            return String.valueOf(call.get());
        } catch (final RdsException e) {
            return "E" + e.errno().number();
        }
    }

    private String open() {
        socket = node.socket();
        sockets.add(socket);
        return "";
    }

    private String use(final int index) {
        socket = sockets.get(index);
        return "";
    }

    private String bind(final RdsAddress address) {
        return answer(() -> {
            socket.bind(address);
            return 0;
        });
    }

    private String connect(final RdsAddress address) {
        return answer(() -> {
            socket.connect(address);
            return 0;
        });
    }

    private String send(final int flags, final RdsAddress to, final int length) {
        return answer(() -> socket.send(to, new DirectBufferVector[] {new DirectBufferVector(octets, 0, length)}, flags));
    }

    private String receive(final int flags, final int length) {
        return answer(() -> {
            final ByteBuffer into = ByteBuffer.allocate(length);
            final DatagramInfo info = socket.receive(new ByteBuffer[] {into}, flags);
            return info.result();
        });
    }

    @SuppressWarnings("unchecked") // the option says what its values are
    private String set(final int level, final int number, final int value) {
        return answer(() -> {
            final RdsOption<?> option = RdsOption.of(level, number);
            socket.setOption((RdsOption<Object>) option, valueOf(option.type(), value));
            return 0;
        });
    }

    private static Object valueOf(final Class<?> type, final int value) {
        if (type == Boolean.class) {
            return value != 0;
        }
        return type == Long.class ? (Object) (long) value : (Object) value;
    }

    private String get(final int level, final int number) {
        return answer(() -> {
            final Object value = socket.getOption(RdsOption.of(level, number));
            return value instanceof final Boolean is ? (Object) (is ? 1 : 0) : value;
        });
    }

    private String cancel(final RdsAddress to) {
        return answer(() -> {
            socket.setOption(RdsOption.RDS_CANCEL_SENT_TO, to);
            return 0;
        });
    }
}
