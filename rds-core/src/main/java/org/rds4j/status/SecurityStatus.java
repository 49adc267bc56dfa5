package org.rds4j.status;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.rds4j.RdsAddress;
import org.rds4j.SecurityMode;

/**
 * What protects a path, as of {@link StatusTable#SECURITY}: what was negotiated when its connection was made, and which keys
 * are in use now.
 *
 * @param local     address and port.
 * @param remote    address and port.
 * @param lane      0 to 15.
 * @param index     of the path in its lane, -1 while its peer has not said it.
 * @param mode      of the connection.
 * @param isDialed  whether this node dialed.
 * @param cipher    of its records, or "none".
 * @param provider  what computes the cipher, or empty in plaintext.
 * @param handshake cipher suite of the handshake, or empty in plaintext.
 * @param ageNs     since the handshake.
 * @param expiresMs end of the peer's certificate, milliseconds since 1970; 0 in plaintext.
 * @param sendKey   how often this node has changed its key on the connection.
 * @param receiveKey how often the peer has changed its own.
 * @param isInline   whether this node's NIC encrypts large records of the connection now.
 * @param peer      who the peer proved to be, or empty in plaintext.
 */
public record SecurityStatus(
    RdsAddress local, RdsAddress remote, int lane, int index, SecurityMode mode, boolean isDialed, String cipher,
    String provider, String handshake, long ageNs, long expiresMs, int sendKey, int receiveKey,
    boolean isInline, String peer) {
    private static final int TEXTS = 4;

    /**
     * The texts of a path as they stand in the rows behind its own.
     *
     * @param cipher    of its records.
     * @param provider  of the cipher.
     * @param handshake cipher suite.
     * @param peer      its name.
     * @return octets.
     */
    public static byte[] texts(final String cipher, final String provider, final String handshake, final String peer) {
        return String.join("\n", cipher, provider, handshake, peer).getBytes(StandardCharsets.UTF_8);
    }

    /** A path takes a row, and as many more as its texts need. */
    static List<SecurityStatus> read(final List<StatusRow> rows) {
        final List<SecurityStatus> paths = new ArrayList<>();
        int next = 0;
        while (next < rows.size()) {
            final StatusRow row = rows.get(next++);
            final RdsAddress local = row.address();
            final RdsAddress remote = row.address();
            final int lane = row.number();
            final int index = row.number();
            final SecurityMode mode = row.word() == 0 ? SecurityMode.PLAINTEXT : SecurityMode.REQUIRED;
            final boolean isDialed = row.word() != 0;
            final long ageNs = row.word();
            final long expiresMs = row.word();
            final int sendKey = row.number();
            final int receiveKey = row.number();
            final boolean isInline = row.word() != 0;
            final byte[] octets = new byte[row.number()];
            for (int at = 0; at < octets.length; at += StatusPage.ROW_LENGTH) {
                rows.get(next++).octets(octets, at);
            }
            final String[] texts = new String(octets, StandardCharsets.UTF_8).split("\n", TEXTS);
            paths.add(new SecurityStatus(
                local, remote, lane, index, mode, isDialed, texts[0], texts[1], texts[2], ageNs, expiresMs, sendKey, receiveKey,
                isInline, texts[3]));
        }
        return paths;
    }
}
