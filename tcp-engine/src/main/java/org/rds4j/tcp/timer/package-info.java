/** Deadlines of connections: a few per connection, one queue per engine. */
package org.rds4j.tcp.timer;
