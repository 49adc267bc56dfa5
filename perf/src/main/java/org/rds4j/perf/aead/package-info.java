/** What AES-GCM takes per record: by each library alone, and by the encryption thread with its queue. */
package org.rds4j.perf.aead;
