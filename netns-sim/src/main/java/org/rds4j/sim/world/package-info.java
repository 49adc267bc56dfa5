/** The event loop that moves virtual time from one event to the next and runs hosts and links in a fixed order. */
package org.rds4j.sim.world;
