package org.rds4j.tcp.wire;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The sums of {@link ScalarChecksum} with the widest vectors of the machine. Loaded only when the vector module is there. */
final class VectorChecksum {
    private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
    private static final long STRIDE = SPECIES.vectorByteSize();
    private static final long PAIR = 2 * STRIDE;
    private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
    private static final long LOW_HALF = 0xffff_ffffL;
    /** All of memory, so that an address is an offset. */
    private static final MemorySegment EVERYTHING = everything();

    private VectorChecksum() {
    }

    /** Below 256 bits the vectors gain nothing over 64-bit loads. */
    static boolean isWorthwhile() {
        return SPECIES.vectorBitSize() >= 256;
    }

    /** As {@link ScalarChecksum#nativeSum}. */
    static long nativeSum(final long address, final int length) {
        LongVector low = LongVector.zero(SPECIES);
        LongVector high = LongVector.zero(SPECIES);
        final long end = address + length;
        long position = address;
        for (final long pairsEnd = end - PAIR; position <= pairsEnd; position += 2 * STRIDE) {
            final LongVector first = LongVector.fromMemorySegment(SPECIES, EVERYTHING, position, NATIVE);
            final LongVector second = LongVector.fromMemorySegment(SPECIES, EVERYTHING, position + STRIDE, NATIVE);
            low = low.add(first.and(LOW_HALF)).add(second.and(LOW_HALF));
            high = high.add(first.lanewise(VectorOperators.LSHR, 32)).add(second.lanewise(VectorOperators.LSHR, 32));
        }
        if (position <= end - STRIDE) {
            final LongVector last = LongVector.fromMemorySegment(SPECIES, EVERYTHING, position, NATIVE);
            low = low.add(last.and(LOW_HALF));
            high = high.add(last.lanewise(VectorOperators.LSHR, 32));
            position += STRIDE;
        }
        return low.add(high).reduceLanes(VectorOperators.ADD)
            + ScalarChecksum.nativeSum(position, (int) (end - position));
    }

    /** Copies octets and sums them in the same pass. */
    static long nativeCopyAndSum(final long source, final long destination, final int length) {
        LongVector low = LongVector.zero(SPECIES);
        LongVector high = LongVector.zero(SPECIES);
        final long shift = destination - source;
        final long end = source + length;
        long position = source;
        for (final long pairsEnd = end - PAIR; position <= pairsEnd; position += 2 * STRIDE) {
            final LongVector first = LongVector.fromMemorySegment(SPECIES, EVERYTHING, position, NATIVE);
            final LongVector second = LongVector.fromMemorySegment(SPECIES, EVERYTHING, position + STRIDE, NATIVE);
            first.intoMemorySegment(EVERYTHING, position + shift, NATIVE);
            second.intoMemorySegment(EVERYTHING, position + shift + STRIDE, NATIVE);
            low = low.add(first.and(LOW_HALF)).add(second.and(LOW_HALF));
            high = high.add(first.lanewise(VectorOperators.LSHR, 32)).add(second.lanewise(VectorOperators.LSHR, 32));
        }
        if (position <= end - STRIDE) {
            final LongVector last = LongVector.fromMemorySegment(SPECIES, EVERYTHING, position, NATIVE);
            last.intoMemorySegment(EVERYTHING, position + shift, NATIVE);
            low = low.add(last.and(LOW_HALF));
            high = high.add(last.lanewise(VectorOperators.LSHR, 32));
            position += STRIDE;
        }
        return low.add(high).reduceLanes(VectorOperators.ADD)
            + ScalarChecksum.nativeCopyAndSum(position, position + shift, (int) (end - position));
    }

    @SuppressWarnings("restricted") // frames lie at raw addresses; their owner has checked the bounds
    private static MemorySegment everything() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }
}
