package org.rds4j.crypto.offload.wqe;

/** A piece of host memory ({@code struct mlx5_wqe_data_seg}), 16 octets: length, memory key, address. */
public final class DataSegment {
    /** Octets of the structure. */
    public static final int LENGTH = 16;

    private DataSegment() {
    }

    /**
     * Writes the structure.
     *
     * @param address   of 16 octets.
     * @param length    of the piece.
     * @param memoryKey of the piece.
     * @param data      address of the piece.
     */
    public static void write(final long address, final int length, final int memoryKey, final long data) {
        BigEndian.putInt(address, length);
        BigEndian.putInt(address + 4, memoryKey);
        BigEndian.putLong(address + 8, data);
    }

    /**
     * How long the piece is.
     *
     * @param address of the structure.
     * @return octets.
     */
    public static int length(final long address) {
        return BigEndian.getInt(address);
    }

    /**
     * The piece's memory key.
     *
     * @param address of the structure.
     * @return the key.
     */
    public static int memoryKey(final long address) {
        return BigEndian.getInt(address + 4);
    }

    /**
     * Where the piece is.
     *
     * @param address of the structure.
     * @return its address.
     */
    public static long data(final long address) {
        return BigEndian.getLong(address + 8);
    }
}
