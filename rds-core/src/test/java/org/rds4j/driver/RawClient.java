package org.rds4j.driver;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.RdsAddress;
import org.rds4j.socket.EngineCommand;
import org.rds4j.socket.SocketRegion;

/** A client that asks for what it likes, and writes what it likes into the memory that it was handed. */
final class RawClient implements AutoCloseable {
    private final DriverFixture fixture;
    private final Admission admission;

    /** A socket as a client has it. */
    record Socket(SocketRegion region, UnsafeBuffer octets, MemorySegment memory, int slot) {
    }

    RawClient(final DriverFixture fixture) {
        this.fixture = fixture;
        this.admission = Admission.to(fixture.directory, fixture.context());
    }

    Line line() {
        return admission.line();
    }

    /** Makes a request and waits until the driver has taken it; answers its id. */
    long request(final int kind, final int slot, final int port) {
        final RdsAddress address = admission.control().address();
        final long id = admission.region().request(kind, slot, address.high(), address.low(), port);
        fixture.await("the request to be taken", admission.region()::isTaken);
        return id;
    }

    /** Asks for a socket and does not take its memory; answers the errno. */
    int ask() {
        final long id = request(EngineCommand.OPEN, 0, 0);
        fixture.await("an answer", () -> admission.region().isOpened(id));
        return admission.region().openedErrno();
    }

    Socket open() throws IOException {
        if (ask() != 0) {
            throw new AssertionError("no socket: errno " + admission.region().openedErrno());
        }
        final MemorySegment memory =
            SharedMemory.attach(line().receive().descriptors()[0], admission.control().layout().length());
        final UnsafeBuffer octets =
            new UnsafeBuffer(memory.asSlice(0, admission.control().layout().denseLength()).asByteBuffer());
        return new Socket(
            new SocketRegion(admission.control().layout(), memory, 0xffff), octets, memory,
            admission.region().openedSlot());
    }

    /** Binds to the node's address; answers the errno. */
    int bind(final Socket socket, final int port) {
        final long id = request(EngineCommand.BIND, socket.slot(), port);
        fixture.await("an answer", () -> socket.region().hasResponse(id));
        return socket.region().responseErrno();
    }

    @Override
    public void close() {
        line().close();
    }
}
