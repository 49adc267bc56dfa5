/** What the RDS protocol asks of an ordered reliable byte stream to one peer, and how it asks for one. */
package org.rds4j.carrier;
