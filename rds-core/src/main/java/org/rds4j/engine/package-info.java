/** The protocol engine of one node thread: sockets on one side, carriers on the other. */
package org.rds4j.engine;
