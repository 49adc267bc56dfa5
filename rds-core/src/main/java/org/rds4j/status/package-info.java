/** Counters: what the engine did, and every reason for which it dropped something. */
package org.rds4j.status;
