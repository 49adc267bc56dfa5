package org.rds4j.qos.classify;

/**
 * Decides the service level of a datagram from all the ways an application may ask for one. The first that is set counts:
 * override of this send, RDS TOS, {@code SO_PRIORITY}, {@code IP_TOS}; else level 0. The first three name a level by its
 * number; {@code IP_TOS} names it by the DSCP in its upper six bits. Immutable, allocates nothing.
 */
public final class ServiceLevelSelector {
    /** The application did not use this way of asking. */
    public static final int UNSET = -1;
    /** The level asked for needs a permission that the instance does not give: EPERM. */
    public static final int NOT_PERMITTED = -1;
    /** There is no such level: EINVAL. */
    public static final int INVALID = -2;

    private final QosConfiguration configuration;

    /**
     * A selector for one instance.
     *
     * @param configuration of its levels and permissions.
     */
    public ServiceLevelSelector(final QosConfiguration configuration) {
        this.configuration = configuration;
    }

    /**
     * Selects the level; each argument may be {@link #UNSET}.
     *
     * @param sendOverride level given with this send, 0 to 15.
     * @param rdsTos       RDS TOS of the socket, 0 to 15.
     * @param soPriority   {@code SO_PRIORITY} of the socket, 0 to 15.
     * @param ipTos        {@code IP_TOS} octet of the socket, 0 to 255.
     * @return 0 to 15, or {@link #NOT_PERMITTED}, or {@link #INVALID}.
     */
    public int select(final int sendOverride, final int rdsTos, final int soPriority, final int ipTos) {
        if (sendOverride != UNSET) {
            return admit(sendOverride);
        }
        if (rdsTos != UNSET) {
            return admit(rdsTos);
        }
        if (soPriority != UNSET) {
            return admit(soPriority);
        }
        return ipTos == UNSET ? ServiceLevel.DEFAULT : ofTrafficClass(ipTos);
    }

    /**
     * Checks one way of asking by number, as a socket option does when it is set.
     *
     * @param serviceLevel asked for.
     * @return the same, or {@link #NOT_PERMITTED}, or {@link #INVALID}.
     */
    public int admit(final int serviceLevel) {
        if (serviceLevel < 0 || serviceLevel >= ServiceLevel.COUNT) {
            return INVALID;
        }
        return serviceLevel == ServiceLevel.CONTROL && !configuration.isControlAllowed() ? NOT_PERMITTED : serviceLevel;
    }

    /**
     * Checks one way of asking by {@code IP_TOS}.
     *
     * @param ipTos octet; its ECN bits do not matter.
     * @return the level of its DSCP, or {@link #NOT_PERMITTED}, or {@link #INVALID}.
     */
    public int ofTrafficClass(final int ipTos) {
        return ipTos < 0 || ipTos > 0xff ? INVALID : admit(configuration.serviceLevelOfDscp(ipTos >>> 2));
    }
}
