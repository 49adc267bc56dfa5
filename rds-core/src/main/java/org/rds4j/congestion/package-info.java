/** Which ports of which host are congested: what peers say of theirs, and what is said to them of this host's. */
package org.rds4j.congestion;
