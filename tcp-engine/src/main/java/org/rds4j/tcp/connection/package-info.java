/**
 * What a connection is and does: state, arrival, emission, timers, opening and closing. {@code Connections} is the door, and
 * behind it {@code Demultiplexer}, {@code LaneEmission} and {@code TimerExpiry}.
 */
package org.rds4j.tcp.connection;
