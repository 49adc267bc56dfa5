package org.rds4j.tcp.connection;

import org.rds4j.tcp.network.NetworkRoute;
import org.rds4j.tcp.table.FourTuple;

/** What is kept of a tuple without a connection, until a deadline: pooled by {@link TupleRecords}, in a {@link DeadlineList}. */
abstract class TupleRecord<R extends TupleRecord<R>> extends FourTuple {
    NetworkRoute route;
    long deadlineNs;
    R next;
    R previous;
}
