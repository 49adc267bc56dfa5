/** AES-GCM over raw addresses without Java allocation, by the native library that measured fastest. */
package org.rds4j.crypto.provider;
