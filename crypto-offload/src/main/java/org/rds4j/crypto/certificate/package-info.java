/** Node identities and trust bundles as PEM files, and a small authority that makes them for demonstrations and tests. */
package org.rds4j.crypto.certificate;
