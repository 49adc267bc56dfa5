/** Finding a connection by its four-tuple, and free local ports. */
package org.rds4j.tcp.table;
