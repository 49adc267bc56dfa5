package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.DatagramInfo;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.RdsTimeoutException;
import org.rds4j.check.CheckedSocket;
import org.rds4j.frame.ScarceMemory;
import org.rds4j.status.RdsCounter;

/** Congestion maps between nodes; what Linux does was seen on two live kernels (limit 10,000, datagrams of 1000 octets). */
class CongestionTest {
    private final TestNetwork network = new TestNetwork(7);
    private final TestNode one = network.node("10.0.0.1");
    private final TestNode two = network.node("10.0.0.2");
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(1 << 20));
    private final CheckedSocket sender = one.checked(4000);
    private final CheckedSocket slow = two.checked(4001);
    private final CheckedSocket other = two.checked(4065);
    private final RdsAddress toSlow = slow.address();

    private int offer(final int length) {
        final int result = sender.send(toSlow, length);
        network.steps(60);
        return result;
    }

    private void fill() {
        slow.socket().receiveBufferLength(10_000);
        for (int i = 0; i < 11; i++) {
            assertTrue(offer(1000) > 0, "datagram " + i);
        }
    }

    @Test
    void shouldBeCongestedByTheDatagramThatIsTooMuchAndRelievedBelowHalf() {
        fill();
        assertEquals(RdsSocket.CONGESTED, offer(1000));
        assertEquals(RdsSocket.CONGESTED, offer(0), "even an empty one");
        assertEquals(Errno.ENOBUFS, RdsSocket.errnoOf(RdsSocket.CONGESTED));
        assertEquals(2, one.engine.proxy().congestion().counts().refused());
        assertTrue(sender.send(other.address(), 5) > 0, "another port of the same host");
        assertEquals(6, slow.poll(6));
        network.steps(60);
        assertEquals(RdsSocket.CONGESTED, offer(1000), "5000 are left, which is half");
        assertEquals(1, slow.poll(1));
        network.steps(1_200);
        assertTrue(offer(1000) > 0);
    }

    @Test
    void shouldTellWithinARoundTrip() {
        fill();
        final long toldBefore = one.count(RdsCounter.CONG_UPDATE_RECEIVED);
        assertEquals(RdsSocket.CONGESTED, offer(1));
        assertEquals(toldBefore, one.count(RdsCounter.CONG_UPDATE_RECEIVED), "the map came while the eleventh was acknowledged");
    }

    @Test
    void shouldNotCountEmptyDatagrams() {
        slow.socket().receiveBufferLength(1);
        for (int i = 0; i < 100; i++) {
            assertTrue(offer(0) > 0);
        }
        assertEquals(100, slow.poll(200));
    }

    @Test
    void shouldKeepWhatComesNevertheless() {
        slow.socket().receiveBufferLength(1_000);
        int sent = 0;
        network.isRefusing = true; // so that all is queued before the first map
        while (sent < 60 && sender.send(toSlow, 3_000) > 0) {
            sent++;
            network.step();
        }
        network.isRefusing = false;
        network.until(() -> two.count(RdsCounter.RECV_OVERFLOW) > 0);
        network.steps(2_000);
        assertEquals(RdsSocket.CONGESTED, sender.send(toSlow, 1));
        assertEquals(0, two.count(RdsCounter.RECV_BLOCKED), "the carrier is read on");
        int got = 0;
        for (int i = 0; i < 4_000 && got < sent; i++) {
            got += slow.poll(1);
            network.step();
        }
        assertEquals(sent, got);
        network.steps(1_200);
        assertTrue(offer(1) > 0);
    }

    @Test
    void shouldWaitForReliefButNotForEver() {
        fill();
        final long startNs = network.nowNs();
        assertThrows(RdsTimeoutException.class, () -> sender.send(toSlow, 1, 0, 3_000_000));
        assertTrue(network.nowNs() - startNs < 4_000_000);
        assertEquals(1, one.engine.proxy().congestion().counts().blocked());
        final RdsException refused =
            assertThrows(RdsException.class, () -> sender.send(toSlow, 1, 0, 0));
        assertEquals(Errno.ENOBUFS, refused.errno());
        slow.poll(20);
        sender.send(toSlow, 1, 0, 3_000_000);
    }

    @Test
    void shouldClearItsPortAtEveryPeerWhenItCloses() {
        final TestNode three = network.node("10.0.0.3");
        final CheckedSocket third = three.checked(4000);
        assertTrue(third.send(toSlow, 1) > 0);
        network.steps(100);
        assertEquals(1, slow.poll(1));
        fill();
        assertEquals(RdsSocket.CONGESTED, offer(1));
        assertEquals(RdsSocket.CONGESTED, third.send(toSlow, 1));
        slow.close();
        network.steps(1_200);
        assertTrue(offer(1) > 0);
        assertTrue(third.send(toSlow, 1) > 0);
    }

    @Test
    void shouldTellANewCarrierWhatStillHolds() {
        fill();
        network.lastLink().dialed.cut();
        network.steps(10_000);
        assertEquals(RdsSocket.CONGESTED, offer(1), "the peer's map outlives the carrier");
        slow.poll(20);
        network.steps(2_000);
        assertTrue(offer(1) > 0);
    }

    /** The map that says "congested" waits on a path that is busy when the one that says "relieved" goes out. */
    @Test
    void shouldNotTakeAMapThatIsReadAfterANewerOne() {
        final TestNode left = network.node(network.context("10.0.0.11/24").paths(8));
        final TestNode right = network.node(network.context("10.0.0.12/24").paths(8));
        final CheckedSocket from = left.checked(4000);
        final CheckedSocket to = right.checked(4001);
        from.send(to.address(), 1);
        network.until(() -> network.links.size() == 8);
        network.until(() -> to.poll(1) == 1);
        network.steps(2_000);
        to.socket().receiveBufferLength(1_000);
        network.links.forEach(link -> link.dialed.unread(true));
        from.send(to.address(), 1_001);
        network.steps(200);
        final MemoryCarrier late = network.links.stream().map(link -> link.dialed)
            .filter(carrier -> carrier.receivedLength() > 8192).findFirst().orElseThrow();
        network.links.stream().map(link -> link.dialed).filter(carrier -> carrier != late)
            .forEach(carrier -> carrier.unread(false));
        for (int port = 5000; port < 5056; port++) { // of which some use that path
            right.checked(port).send(from.address(), 512 << 10);
        }
        network.steps(200);
        to.poll(1);
        network.steps(2_000);
        assertEquals(0, left.count(RdsCounter.CONG_DROP_OLD));
        assertTrue(from.send(to.address(), 1) > 0);
        late.unread(false);
        network.until(() -> left.count(RdsCounter.CONG_DROP_OLD) == 1);
        assertTrue(from.send(to.address(), 1) > 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {2_000, 16_384})
    void shouldSendMapsInAsManyChunksAsTheCarrierWants(final int maxChunkLength) {
        network.maxChunkLength = maxChunkLength;
        fill();
        assertEquals(RdsSocket.CONGESTED, offer(1));
        assertEquals(11, slow.poll(20));
    }

    @Test
    void shouldBoundTheRateOfMaps() {
        fill();
        final long before = two.count(RdsCounter.CONG_UPDATE_QUEUED);
        final long startNs = network.nowNs();
        slow.socket().receiveBufferLength(1);
        for (int i = 0; i < 500; i++) { // set and cleared again and again
            slow.poll(100);
            network.step();
            sender.send(toSlow, 100);
            network.steps(10);
        }
        final long most = 5 + (network.nowNs() - startNs) / two.context.congestionMapIntervalNs();
        final long maps = two.count(RdsCounter.CONG_UPDATE_QUEUED) - before;
        assertTrue(maps <= most && maps > 1, maps + " maps, at most " + most);
    }

    @Test
    void shouldSayThroughTheMonitorWhichPortsToTryAgain() {
        sender.socket().congestionMonitor(true);
        fill();
        assertEquals(0, sender.socket().pollCongestion());
        offer(1);
        assertEquals(0, sender.socket().pollCongestion(), "no map has come since");
        slow.poll(20);
        network.steps(1_200);
        final DatagramInfo info = sender.socket().receive(ByteBuffer.allocate(1), 0);
        assertEquals(0x0000_0002_0000_0000L, info.congestedPorts());
        assertEquals(0, info.length());
        assertEquals(0, sender.socket().pollCongestion(), "once");
    }

    @Test
    void shouldSayNothingWithoutTheMonitor() {
        fill();
        offer(1);
        slow.poll(20);
        network.steps(1_200);
        assertEquals(0, sender.socket().pollCongestion());
    }

    @Test
    void shouldKnowCongestionOnItsOwnHost() {
        final CheckedSocket neighbour = two.checked(4002);
        slow.socket().receiveBufferLength(1_000);
        assertTrue(neighbour.send(toSlow, 2_000) > 0);
        network.step();
        assertEquals(RdsSocket.CONGESTED, neighbour.send(toSlow, 1));
        slow.poll(1);
        network.step();
        assertTrue(neighbour.send(toSlow, 1) > 0);
    }

    @Test
    void shouldNotAnswerPingsOfACongestedPort() {
        final CheckedSocket pinger = one.checked(5_000);
        pinger.socket().receiveBufferLength(1);
        other.send(pinger.address(), 100);
        network.steps(200);
        assertEquals(RdsSocket.CONGESTED, other.send(pinger.address(), 1));
        assertTrue(pinger.socket().offer(two.address.withPort(0), buffer, 0, 0) > 0);
        network.steps(100);
        assertEquals(1, two.count(RdsCounter.PONG_DROP_CONGESTED));
        assertEquals(1, pinger.poll(10), "no pong among them");
    }

    @Test
    void shouldGiveTheMemoryBackWhenTheSocketCloses() {
        slow.socket().receiveBufferLength(1_000);
        while (sender.send(toSlow, 3_000) > 0) {
            network.step();
        }
        network.steps(500);
        assertFalse(slow.socket().isClosed());
        slow.close();
        network.steps(1_200);
        final CheckedSocket again = two.checked(4001);
        assertTrue(offer(700) > 0);
        assertEquals(1, again.poll(10));
    }

    /**
     * A ring full of short datagrams holds less payload than would make its port congested, and there is no memory behind it:
     * senders are told all the same, once and not again and again, and go on when it has been read.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 32})
    void shouldTellSendersOfAFullRingThatNothingFindsRoomBehind(final int length) {
        final ScarceMemory memory = new ScarceMemory(0);
        final TestNode three = network.node(network.context("10.0.0.3/24"), memory.memory());
        final CheckedSocket unread = three.checked(4001);
        network.isRefusing = true; // so that all is queued before the first map
        int sent = 0;
        while (sent < 5_000 && sender.send(unread.address(), length) > 0) {
            sent++;
            network.step();
        }
        network.isRefusing = false;
        network.until(() -> three.count(RdsCounter.RECV_BLOCKED) > 0);
        assertTrue(three.context.receiveBufferLength() > 2L * length * three.count(RdsCounter.RECV_DELIVERED));
        network.steps(5_000);
        assertEquals(RdsSocket.CONGESTED, sender.send(unread.address(), length));
        assertEquals(2, three.count(RdsCounter.CONG_UPDATE_QUEUED), "the first one of all, and this");
        assertEquals(1, three.count(RdsCounter.RECV_BLOCKED));
        network.complete(List.of(unread));
        network.steps(2_000);
        assertTrue(sender.send(unread.address(), length) > 0);
        network.complete(List.of(unread));
    }

    /** What was refused is no reason to wait any more when nobody offers it again. */
    @Test
    void shouldBeRelievedWhenWhatWasRefusedIsGone() {
        final TestNode three = network.node(network.context("10.0.0.3/24"), new ScarceMemory(0).memory());
        final RdsAddress unread = three.socket(4001).localAddress();
        final RdsSocket neighbour = three.socket(4002);
        int sent = 0;
        while (neighbour.offer(unread, buffer, 0, 1) > 0) {
            sent++;
            network.step();
        }
        assertTrue(sent < three.context.receiveBufferLength() / 2, sent + " octets");
        network.steps(1_000);
        assertEquals(RdsSocket.CONGESTED, neighbour.offer(unread, buffer, 0, 1));
        neighbour.cancelSentTo(unread);
        network.steps(10);
        assertTrue(neighbour.offer(unread, buffer, 0, 1) > 0);
    }
}
