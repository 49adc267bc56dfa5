/** What a connection is and does: state, arrival, emission, timers, opening and closing. {@code Connections} is the door. */
package org.rds4j.tcp.connection;
