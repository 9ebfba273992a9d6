package org.reclaimfs.kernfs;

/**
 * Owner, permission bits and times of a node, changeable for the node's life; one immutable value is
 * replaced by the next.
 *
 * @param mode permission bits
 * @param uid owner
 * @param gid group
 * @param atimeNs ns since the epoch
 * @param mtimeNs ns since the epoch
 * @param ctimeNs ns since the epoch
 */
record Attrs(int mode, int uid, int gid, long atimeNs, long mtimeNs, long ctimeNs) {
    static Attrs fresh(int mode, int uid, int gid, long nowNs) {
        return new Attrs(mode, uid, gid, nowNs, nowNs, nowNs);
    }

    Attrs withMode(int newMode, long nowNs) {
        return new Attrs(newMode & 07777, uid, gid, atimeNs, mtimeNs, nowNs);
    }

    Attrs withOwner(int newUid, int newGid, long nowNs) {
        return new Attrs(mode, newUid == -1 ? uid : newUid, newGid == -1 ? gid : newGid, atimeNs, mtimeNs, nowNs);
    }

    Attrs withTimes(long newAtimeNs, long newMtimeNs, long nowNs) {
        return new Attrs(mode, uid, gid, newAtimeNs, newMtimeNs, nowNs);
    }
}
