/** TCP for one engine thread: the engine that takes and makes segments, and what an owner of connections sees of it. */
package org.rds4j.tcp;
