package org.rds4j.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rds4j.RdsAddress;

/** A node's side and a tool's side of a status file, and whose files are whose. */
@Timeout(30)
class StatusFileTest {
    private static final RdsAddress ADDRESS = RdsAddress.parse("10.0.0.1");
    private static final int MESSAGES = 2_000;

    @TempDir
    private Path parent;

    private Path path;
    private StatusDirectory directory;

    @BeforeEach
    void prepare() {
        path = parent.resolve("rds4j-test");
        directory = StatusDirectory.prepare(path);
    }

    private StatusFile published(final String name) {
        final StatusFile file = StatusFile.create(directory, name, ADDRESS);
        file.label("one", "the first");
        file.label("two", "the second, größer");
        file.publish();
        return file;
    }

    /** Two counters, and a queue that takes several pages. */
    private static void write(final StatusTable table, final StatusPage page) {
        if (table == StatusTable.COUNTERS) {
            assertTrue(page.next());
            page.put(11).put(22);
        } else if (table == StatusTable.SEND) {
            for (int i = (int) page.inner(); i < MESSAGES; i++) {
                if (!page.next()) {
                    page.stopAt(0, i);
                    return;
                }
                page.put(ADDRESS.high()).put(ADDRESS.low()).put(4000).put(ADDRESS.high()).put(ADDRESS.low() + 1).put(4001)
                    .put(2).put(i).put(100).put(4);
            }
        }
    }

    /** Asks while another thread does what an engine's does. */
    private static <T> T answered(final StatusFile file, final java.util.function.Supplier<T> question) {
        final CompletableFuture<T> answer = CompletableFuture.supplyAsync(question);
        while (!answer.isDone()) {
            file.poll(StatusFileTest::write);
        }
        return answer.join();
    }

    @Test
    void shouldAnswerQuestions() {
        try (StatusFile file = published("a"); NodeStatus node = directory.nodes().getFirst()) {
            assertEquals("a", node.name());
            assertEquals(ADDRESS, node.address());
            assertEquals(ProcessHandle.current().pid(), node.pid());
            assertEquals(List.of(new NodeStatus.Counter("one", "the first", 11),
                new NodeStatus.Counter("two", "the second, größer", 22)), answered(file, node::counters));
            assertEquals(List.of(), answered(file, node::sockets));
        }
    }

    @Test
    void shouldGoOnWhereAPageEnded() {
        try (StatusFile file = published("a"); NodeStatus node = directory.nodes().getFirst()) {
            final List<MessageStatus> messages = answered(file, () -> node.messages(StatusTable.SEND));
            assertEquals(IntStream.range(0, MESSAGES).mapToObj(i -> (long) i).toList(),
                messages.stream().map(MessageStatus::sequence).toList());
            assertEquals(new MessageStatus(ADDRESS.withPort(4000), RdsAddress.parse("10.0.0.2:4001"), 2, 7, 100, 4),
                messages.get(7));
        }
    }

    @Test
    void shouldLetTwoToolsTakeTurns() {
        try (StatusFile file = published("a"); NodeStatus one = directory.nodes().getFirst();
            NodeStatus two = directory.nodes().getFirst()) {
            final CompletableFuture<List<MessageStatus>> other =
                CompletableFuture.supplyAsync(() -> two.messages(StatusTable.SEND));
            assertEquals(MESSAGES, answered(file, () -> one.messages(StatusTable.SEND)).size());
            assertEquals(MESSAGES, answered(file, other::join).size());
        }
    }

    @Test
    void shouldSayThatANodeDoesNotAnswer() {
        try (StatusFile file = published("a"); NodeStatus node = directory.nodes().getFirst()) {
            final StatusException silence = assertThrows(StatusException.class, node::counters);
            assertTrue(silence.getMessage().contains("does not answer"), silence.getMessage());
            assertEquals(2, answered(file, node::counters).size()); // the question that nobody awaits does no harm
        }
    }

    @Test
    void shouldTrustNothingThatAToolAsks() throws IOException {
        try (StatusFile file = published("a")) {
            final UnsafeBuffer memory = map(file());
            for (final int table : new int[] {-1, 0, 99, StatusTable.COUNTERS.id(), StatusTable.SEND.id()}) {
                memory.putInt(264, table);
                memory.putLong(272, Long.MIN_VALUE);
                memory.putLong(280, table == StatusTable.SEND.id() ? Long.MAX_VALUE : Long.MIN_VALUE);
                memory.putLong(256, memory.getLong(256) + 1);
                assertEquals(1, file.poll((which, page) -> { }));
                assertEquals(memory.getLong(256), memory.getLong(384));
                assertEquals(0, memory.getInt(392));
            }
        }
    }

    private Path file() throws IOException {
        try (var files = Files.list(path)) {
            return files.findFirst().orElseThrow();
        }
    }

    private static UnsafeBuffer map(final Path file) throws IOException {
        try (var channel = java.nio.channels.FileChannel.open(
            file, java.nio.file.StandardOpenOption.READ, java.nio.file.StandardOpenOption.WRITE)) {
            return new UnsafeBuffer(channel.map(java.nio.channels.FileChannel.MapMode.READ_WRITE, 0, channel.size()));
        }
    }

    @Test
    void shouldRemoveItsFileAtTheEnd() throws IOException {
        published("a").close();
        assertEquals(List.of(), directory.nodes());
        try (var files = Files.list(path)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void shouldRemoveTheFileOfAProcessThatIsGone() throws IOException {
        published("a");
        map(file()).putLong(24, 1); // started at another time: its number was given to us since
        assertEquals(List.of(), directory.nodes());
        try (var files = Files.list(path)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void shouldLeaveFilesAloneThatAreBeingMadeOrNotOurs() throws IOException {
        final Path unfinished = Files.createFile(path.resolve(ProcessHandle.current().pid() + "-9.node"));
        final Path foreign = Files.createFile(path.resolve("letter.node"));
        final Path dead = Files.createFile(path.resolve("4194305-1.node")); // above the highest process number
        StatusFile.create(directory, "unpublished", ADDRESS);
        assertEquals(List.of(), directory.nodes());
        assertTrue(Files.exists(unfinished) && Files.exists(foreign));
        assertFalse(Files.exists(dead));
    }

    @Test
    void shouldKeepOthersOut() throws IOException {
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        final StatusFile made = published("a");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
        made.close();
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwx---"));
        assertTrue(assertThrows(StatusException.class, () -> StatusDirectory.prepare(path)).getMessage().contains("0700"));
        final Path link = Files.createSymbolicLink(parent.resolve("link"), parent);
        assertThrows(StatusException.class, () -> StatusDirectory.prepare(link));
    }

    @Test
    void shouldFindNothingInADirectoryThatIsNotThere() {
        assertEquals(List.of(), StatusDirectory.at(parent.resolve("nowhere")).nodes());
    }

    @Test
    void shouldRefuseMoreLabelsThanThereIsRoomFor() {
        final StatusFile file = StatusFile.unpublished();
        int labels = 0;
        while (file.label("label-" + labels, "x".repeat(1000))) {
            labels++;
        }
        assertTrue(labels > 100, labels + " labels");
        assertFalse(file.label("short", ""));
    }
}
