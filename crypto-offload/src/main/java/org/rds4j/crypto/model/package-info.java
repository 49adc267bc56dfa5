/**
 * A ConnectX in software, for tests and demonstrations: executes the bytes that {@code org.rds4j.crypto.offload} writes, and
 * encrypts by code of its own. No part of the library uses it. What public drivers leave open is decided by
 * {@link org.rds4j.crypto.model.ModelMode}.
 */
package org.rds4j.crypto.model;
