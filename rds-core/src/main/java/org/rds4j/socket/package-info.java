/** The memory a socket shares with its engine, and the engine's side of sockets: ports, receive rings, control commands. */
package org.rds4j.socket;
