package org.reclaimfs.kernfs;

import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;

/** From a path to a node: fs/namei.c link_path_walk, with search permission checked on every directory. */
final class PathWalk {
    private static final int MAX_LINKS = 40; // MAXSYMLINKS

    private final Dir root;

    PathWalk(Dir root) {
        this.root = root;
    }

    /** The node of a path; {@code follow} says whether a last link is followed. ENOENT, ENOTDIR, EACCES, ELOOP. */
    Node to(String path, boolean follow, Caller caller) throws ErrnoException {
        return walk(root, path, follow, caller, 0);
    }

    private Node walk(Dir start, String path, boolean follow, Caller caller, int links) throws ErrnoException {
        Node at = path.startsWith("/") ? root : start;
        int from = 0;
        while (from < path.length()) {
            int to = path.indexOf('/', from);
            int end = to < 0 ? path.length() : to;
            if (end > from) {
                at = step(directory(at, path), path.substring(from, end), path, caller);
                if (at instanceof Link link && (follow || end < path.length())) {
                    if (links >= MAX_LINKS) {
                        throw new ErrnoException(Errno.ELOOP, path);
                    }
                    at = walk(link.parent(), link.target(), true, caller, links + 1);
                }
            }
            from = end + 1;
        }
        return at;
    }

    private static Node step(Dir dir, String name, String path, Caller caller) throws ErrnoException {
        if (caller.uid() != 0) {
            Access.check(dir, Access.EXEC, caller);
        }
        if (name.equals("..")) {
            return dir.parent();
        }
        Node next = name.equals(".") ? dir : dir.child(name);
        if (next == null) {
            throw new ErrnoException(Errno.ENOENT, path);
        }
        return next;
    }

    /** The node as a directory, or ENOTDIR. */
    static Dir directory(Node node, String path) throws ErrnoException {
        if (node instanceof Dir dir) {
            return dir;
        }
        throw new ErrnoException(Errno.ENOTDIR, path);
    }

    /** Everything before the last component. */
    static String parentPath(String path) {
        return path.substring(0, Math.max(1, path.lastIndexOf('/')));
    }

    /** The last component. */
    static String lastName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
