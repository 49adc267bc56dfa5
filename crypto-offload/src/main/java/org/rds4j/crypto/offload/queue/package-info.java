/** A send queue in plain memory: where elements stand, how the device is told, and what it has done. */
package org.rds4j.crypto.offload.queue;
