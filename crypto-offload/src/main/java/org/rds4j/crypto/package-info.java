/** To be written. */
package org.rds4j.crypto;
