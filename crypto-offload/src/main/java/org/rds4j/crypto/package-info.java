/** The counters every part of the encryption module reports to; the parts themselves stand in the packages below. */
package org.rds4j.crypto;
