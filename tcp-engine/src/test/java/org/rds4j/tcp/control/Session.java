package org.rds4j.tcp.control;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.rds4j.tcp.TcpCounter;

/**
 * The conversation of one client: request lines and packets go in, reply lines and packets come out, each in its place.
 * <p>
 * Whatever a request or packet causes comes out in this order: packets that leave, as they leave; the replies of calls that
 * waited and are over, in the order in which they were made, each after the packets it caused; last the reply to the request.
 */
public final class Session {
    private final Sockets sockets = new Sockets();
    private final Consumer<String> replies;
    private final Consumer<Packet> packets;
    private final List<Waiting> waiting = new ArrayList<>();
    private long packetsSent;

    /** A call whose reply is due later. */
    private record Waiting(String tag, Attempt attempt, long deadlineUs, Object onTimeout) {
    }

    public Session(final Consumer<String> replies, final Consumer<Packet> packets) {
        this.replies = replies;
        this.packets = packets;
    }

    public long nowUs() {
        return sockets.nowUs();
    }

    /** A counter of the engine, by its name; 0 before there is an engine. */
    public long counter(final TcpCounter counter) {
        return sockets.host() == null ? 0 : sockets.host().counters.get(counter);
    }

    /** The octets that the last {@code recv} took; the control port itself tells only how many. */
    public byte[] lastRead() {
        return sockets.lastRead();
    }

    /** A raw IP packet arrives now. */
    public void inject(final byte[] packet) {
        try {
            sockets.start(destination(packet)).inject(packet);
        } catch (final Refusal e) {
            return; // addresses of the packet that the engine cannot live on: it is not for this host
        }
        settle();
    }

    private static IpAddress destination(final byte[] packet) {
        if (packet.length >= 40 && packet[0] >> 4 == 6) {
            return new IpAddress(ByteBuffer.wrap(packet).getLong(24), ByteBuffer.wrap(packet).getLong(32));
        }
        return packet.length >= 20 && packet[0] >> 4 == 4 ? IpAddress.ofIpv4(ByteBuffer.wrap(packet).getInt(16)) : null;
    }

    /** One request line. Its reply may come later, or, when the line is empty, never. */
    public void request(final String line) {
        final List<String> words = new ArrayList<>(Arrays.asList(line.strip().split("\\s+", -1)));
        final String tag = words.getFirst().startsWith("#") ? words.removeFirst() + " " : "";
        if (words.isEmpty() || words.getFirst().isEmpty()) {
            return;
        }
        final String command = words.removeFirst().toLowerCase(Locale.ROOT);
        try {
            call(command, words).finish(tag);
        } catch (final Refusal e) {
            settle();
            reply(tag, e.errno);
        } catch (final IllegalArgumentException | IllegalStateException | ArithmeticException | IndexOutOfBoundsException e) {
            settle();
            reply(tag, Errno.EINVAL);
        }
    }

    /** What is left to do of a request once its words are understood: it replies, or becomes one that waits. */
    private interface Call {
        void finish(String tag) throws Refusal;
    }

    private Call call(final String command, final List<String> words) throws Refusal {
        return switch (command) {
            case "now" -> {
                need(words, 0, 0);
                yield done(Long.toString(nowUs()));
            }
            case "advance" -> {
                need(words, 1, 1);
                advance(number(words, 0));
                yield done("");
            }
            case "await" -> {
                need(words, 0, 0);
                yield done(Long.toString(await()));
            }
            case "knob" -> {
                need(words, 2, Integer.MAX_VALUE);
                sockets.knob(words.get(0), String.join(" ", words.subList(1, words.size())));
                yield done("");
            }
            case "socket" -> {
                need(words, 1, 1);
                yield done(Integer.toString(sockets.socket((int) number(words, 0))));
            }
            case "poll" -> poll(words);
            default -> onHandle(command, words);
        };
    }

    private Call onHandle(final String command, final List<String> words) throws Refusal {
        final int least = switch (command) {
            case "accept", "close", "inq", "outq" -> 1;
            case "listen", "shutdown", "nonblock", "send", "recv", "getopt" -> 2;
            case "bind", "connect", "setopt" -> 3;
            default -> throw new Refusal(Errno.ENOSYS);
        };
        need(words, least, Integer.MAX_VALUE);
        final int handle = (int) number(words, 0);
        final Endpoint endpoint = sockets.endpoint(handle);
        return switch (command) {
            case "accept" -> wait(endpoint, sockets.accept(endpoint), Errno.EAGAIN, "SO_RCVTIMEO");
            case "close" -> wait(endpoint, sockets.close(handle), null, "SO_LINGER");
            case "inq" -> done(Long.toString(inq(endpoint)));
            case "outq" -> done(Long.toString(endpoint.unacknowledged()));
            case "listen" -> run(() -> sockets.listen(endpoint, (int) number(words, 1)));
            case "shutdown" -> run(() -> sockets.shutdown(endpoint, how(words.get(1))));
            case "nonblock" -> run(() -> endpoint.nonBlocking = number(words, 1) != 0);
            case "bind" -> run(() -> sockets.bind(endpoint, IpAddress.parse(words.get(1)), (int) number(words, 2)));
            case "setopt" -> run(() -> SocketOptions.set(
                sockets, endpoint, words.get(1), String.join(",", words.subList(2, words.size()))));
            case "getopt" -> done(SocketOptions.get(sockets, endpoint, words.get(1)));
            case "connect" -> wait(endpoint,
                sockets.connect(endpoint, IpAddress.parse(words.get(1)), (int) number(words, 2)),
                Errno.EINPROGRESS, "SO_SNDTIMEO");
            default -> transfer(command, endpoint, words);
        };
    }

    private Call transfer(final String command, final Endpoint endpoint, final List<String> words) throws Refusal {
        final long length = number(words, 1);
        final int flags = words.size() > 2 ? Flags.message(words.get(2)) : 0;
        if (length < 0) {
            throw new Refusal(Errno.EINVAL);
        }
        final boolean isSend = "send".equals(command);
        final Attempt attempt = isSend
            ? sockets.send(endpoint, length, flags) : withHint(endpoint, flags, sockets.receive(endpoint, length, flags));
        final boolean mayWait = !endpoint.nonBlocking && (flags & Flags.DONTWAIT) == 0;
        return wait(mayWait, attempt, Errno.EAGAIN, deadline(endpoint, isSend ? "SO_SNDTIMEO" : "SO_RCVTIMEO"));
    }

    /** With TCP_INQ, recv also tells how many octets are left: as on Linux at least 1 where the peer's end is left to be read. */
    private static Attempt withHint(final Endpoint endpoint, final int flags, final Attempt receive) {
        if (!endpoint.settings.isOn("TCP_INQ") || (flags & Flags.PEEK) != 0) {
            return receive;
        }
        return () -> {
            final String octets = receive.go();
            final long left = endpoint.readable();
            return octets == null ? null : octets + " " + (left == 0 && endpoint.isPeerClosed ? 1 : left);
        };
    }

    private static long inq(final Endpoint endpoint) throws Refusal {
        if (endpoint.isListening) {
            throw new Refusal(Errno.EINVAL);
        }
        return endpoint.readable();
    }

    private Call poll(final List<String> words) throws Refusal {
        need(words, 2, Integer.MAX_VALUE);
        final long ms = number(words, 0);
        final List<PollEntry> entries = new ArrayList<>();
        for (final String word : words.subList(1, words.size())) {
            final int colon = word.indexOf(':');
            if (colon < 1) {
                throw new Refusal(Errno.EINVAL);
            }
            final String events = word.substring(colon + 1);
            final int handle = (int) Knobs.number(word.substring(0, colon));
            entries.add(new PollEntry(
                handle, sockets.endpoint(handle), Flags.events(events), Character.isDigit(events.charAt(0))));
        }
        final Attempt attempt = () -> polled(entries);
        return wait(ms != 0, attempt, "0", ms < 0 ? Long.MAX_VALUE : nowUs() + ms * 1000);
    }

    private record PollEntry(int handle, Endpoint endpoint, int wanted, boolean asNumber) {
    }

    private static String polled(final List<PollEntry> entries) {
        final StringBuilder text = new StringBuilder();
        int count = 0;
        for (final PollEntry entry : entries) {
            final int events = Sockets.ready(entry.endpoint, entry.wanted);
            if (events != 0) {
                count++;
                text.append(' ').append(entry.handle).append(':').append(Flags.events(events, entry.asNumber));
            }
        }
        return count == 0 ? null : count + text.toString();
    }

    private static int how(final String text) throws Refusal {
        return switch (text.toUpperCase(Locale.ROOT)) {
            case "SHUT_RD", "RD" -> 0;
            case "SHUT_WR", "WR" -> 1;
            case "SHUT_RDWR", "RDWR" -> 2;
            default -> (int) Knobs.number(text);
        };
    }

    private static void need(final List<String> words, final int least, final int most) throws Refusal {
        if (words.size() < least || words.size() > most) {
            throw new Refusal(Errno.EINVAL);
        }
    }

    private static long number(final List<String> words, final int index) throws Refusal {
        return Knobs.number(words.get(index));
    }

    /** Something that cannot fail any more: its packets, then the calls it woke, then its reply. */
    private Call done(final String value) {
        return tag -> {
            settle();
            reply(tag, value);
        };
    }

    private interface Action {
        void run() throws Refusal;
    }

    private Call run(final Action action) throws Refusal {
        action.run();
        return done("");
    }

    private Call wait(final Endpoint endpoint, final Attempt attempt, final Errno otherwise, final String timeout) {
        return wait(!endpoint.nonBlocking, attempt, otherwise, deadline(endpoint, timeout));
    }

    private long deadline(final Endpoint endpoint, final String timeout) {
        final long value = endpoint.settings.get(timeout);
        final long us = "SO_LINGER".equals(timeout) ? value * 1_000_000 : value;
        return us > 0 ? nowUs() + us : Long.MAX_VALUE;
    }

    /** A call that may wait. What is not allowed to answers with an error, or with the value that stands for none. */
    private Call wait(final boolean mayWait, final Attempt attempt, final Object otherwise, final long deadlineUs) {
        return tag -> {
            flush();
            final String value = attempt.go();
            if (value != null) {
                settle();
                reply(tag, value);
            } else if (mayWait) {
                settle();
                waiting.add(new Waiting(tag, attempt, deadlineUs, otherwise));
            } else {
                settle();
                replyAny(tag, otherwise);
            }
        };
    }

    /** Lets time pass, event by event. */
    private void advance(final long us) throws Refusal {
        if (us < 0) {
            throw new Refusal(Errno.EINVAL);
        }
        final long end = nowUs() + us;
        long next = nextEventUs(true);
        while (next <= end) {
            step(next);
            next = nextEventUs(true);
        }
        step(end);
    }

    /** Lets time pass until a packet leaves or nothing is left that could happen by itself; returns how many packets left. */
    private long await() {
        final long before = packetsSent;
        while (packetsSent == before && nextEventUs(false) != Long.MAX_VALUE) {
            step(nextEventUs(true));
        }
        return packetsSent - before;
    }

    private long nextEventUs(final boolean withNetwork) {
        long next = Long.MAX_VALUE;
        final VirtualHost host = sockets.host();
        if (host != null) {
            next = withNetwork ? host.nextDeadlineUs() : host.nextTcpDeadlineUs();
        }
        for (final Waiting call : waiting) {
            next = Math.min(next, call.deadlineUs);
        }
        return next;
    }

    private void step(final long us) {
        final long to = Math.max(us, nowUs());
        if (sockets.host() == null) {
            sockets.idleTo(to);
        } else {
            final boolean stands = to == nowUs();
            sockets.passTime(to - nowUs());
            sockets.host().moveTo(to);
            if (stands && sockets.host().nextDeadlineUs() <= to) {
                sockets.host().moveTo(to + 1); // a deadline that was told early: time goes on all the same
            }
        }
        settle();
    }

    /** Sends what may be sent and ends the calls that have waited for what has happened. */
    private void settle() {
        flush();
        boolean progress = true;
        while (progress) {
            progress = false;
            final Iterator<Waiting> calls = waiting.iterator();
            while (!progress && calls.hasNext()) {
                final Waiting call = calls.next();
                final Object result = tryAgain(call);
                if (result != null) {
                    calls.remove();
                    flush();
                    replyAny(call.tag, result);
                    progress = true;
                }
            }
        }
    }

    private Object tryAgain(final Waiting call) {
        try {
            final String value = call.attempt.go();
            flush();
            if (value != null || nowUs() < call.deadlineUs) {
                return value;
            }
            return call.onTimeout == null ? "" : call.onTimeout;
        } catch (final Refusal e) {
            return e.errno;
        }
    }

    private void flush() {
        final VirtualHost host = sockets.host();
        if (host == null) {
            return;
        }
        host.pump();
        for (Packet packet = host.takeSent(); packet != null; packet = host.takeSent()) {
            packetsSent++;
            packets.accept(packet);
        }
    }

    private void replyAny(final String tag, final Object result) {
        if (result instanceof Errno errno) {
            reply(tag, errno);
        } else {
            reply(tag, result == null ? "" : (String) result);
        }
    }

    private void reply(final String tag, final String value) {
        replies.accept(tag + "ok " + (value.isEmpty() ? "" : value + " ") + "@" + nowUs());
    }

    private void reply(final String tag, final Errno errno) {
        replies.accept(tag + "err " + errno + " @" + nowUs());
    }
}
