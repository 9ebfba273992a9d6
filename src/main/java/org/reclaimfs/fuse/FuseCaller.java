package org.reclaimfs.fuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.kernfs.Caller;

/**
 * The task behind a request. The request carries uid, gid and pid; supplementary groups are read from the task's status
 * file the first time they make a difference. Root has every capability: those it lacks in a container here say nothing
 * about the pretend machine, whose answers must not depend on the host.
 */
final class FuseCaller implements Caller {
    private final int uid;
    private final int gid;
    private final int pid;
    private @Nullable String status; // racy on purpose: every thread computes the same

    FuseCaller(int uid, int gid, int pid) {
        this.uid = uid;
        this.gid = gid;
        this.pid = pid;
    }

    @Override
    public int uid() {
        return uid;
    }

    @Override
    public int gid() {
        return gid;
    }

    @Override
    public int pid() {
        return pid;
    }

    @Override
    public boolean inGroup(int group) {
        if (group == gid) {
            return true;
        }
        for (String word : field("Groups:").split(" ")) {
            if (word.equals(Integer.toUnsignedString(group))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean capable(int capability) {
        return uid == 0;
    }

    private String field(String name) {
        String text = status;
        if (text == null) {
            text = readStatus();
            status = text;
        }
        int at = text.indexOf("\n" + name);
        if (at < 0) {
            return "";
        }
        int from = at + 1 + name.length();
        return text.substring(from, text.indexOf('\n', from)).strip();
    }

    private String readStatus() {
        try {
            return Files.readString(Path.of("/proc", Integer.toString(pid), "status"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
