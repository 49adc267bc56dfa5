package org.rds4j.driver;

import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.rds4j.status.StatusPage;
import org.rds4j.status.StatusSource;
import org.rds4j.status.StatusTable;

/** What tools are told of the clients: written by the conductor now and then, read by the engine's thread when one asks. */
final class ClientTable implements StatusSource {
    private static final int WORDS = 4;

    private final AtomicLongArray words;
    private volatile int count;

    ClientTable(final int maxClients) {
        words = new AtomicLongArray(maxClients * WORDS);
    }

    void show(final List<AttachedClient> clients) {
        int word = 0;
        for (final AttachedClient client : clients) {
            words.set(word, client.number());
            words.set(word + 1, client.pid());
            words.set(word + 2, client.socketCount());
            words.set(word + 3, client.heartbeatMs());
            word += WORDS;
        }
        count = clients.size();
    }

    @Override
    public void write(final StatusTable asked, final StatusPage page) {
        final int rows = count;
        for (int i = Math.clamp(page.outer(), 0, rows); i < rows; i++) {
            if (!page.next()) {
                page.stopAt(i, 0);
                return;
            }
            for (int word = 0; word < WORDS; word++) {
                page.put(words.get(i * WORDS + word));
            }
        }
    }
}
