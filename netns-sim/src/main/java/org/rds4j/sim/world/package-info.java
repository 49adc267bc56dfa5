/** The event loop that moves virtual time from one event to the next and runs hosts, switches among them, in a fixed order. */
package org.rds4j.sim.world;
