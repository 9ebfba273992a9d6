package org.reclaimfs.kernfs;

/** Who asks: the file system credentials of a task. */
public interface Caller {
    /** CAP_DAC_OVERRIDE (include/uapi/linux/capability.h). */
    int CAP_DAC_OVERRIDE = 1;

    /** CAP_SYS_RAWIO. */
    int CAP_SYS_RAWIO = 17;

    /** CAP_SYS_ADMIN. */
    int CAP_SYS_ADMIN = 21;

    /** CAP_SYS_RESOURCE. */
    int CAP_SYS_RESOURCE = 24;

    /** Root with every capability and no pid: a scenario step. */
    Caller ROOT = new Plain(0, 0, 0);

    /** A caller that is root with all capabilities, or a user with none, and in one group. */
    record Plain(int uid, int gid, int pid) implements Caller {
        @Override
        public boolean inGroup(int group) {
            return gid == group;
        }

        @Override
        public boolean capable(int capability) {
            return uid == 0;
        }
    }

    /** fsuid. */
    int uid();

    /** fsgid. */
    int gid();

    /** Thread group id as the server's PID namespace sees it; 0 when unknown. */
    int pid();

    /** Whether {@code group} is the caller's fsgid or a supplementary group. */
    boolean inGroup(int group);

    /** Whether the caller has the capability of this number. */
    boolean capable(int capability);
}
