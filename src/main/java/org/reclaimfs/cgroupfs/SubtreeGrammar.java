package org.reclaimfs.cgroupfs;

import java.util.EnumSet;
import java.util.Set;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.memcg.Controller;

/**
 * The text of a write to cgroup.subtree_control: {@code +name} and {@code -name} between blanks, the last mention of a
 * name wins (cgroup_subtree_control_write, kernel/cgroup/cgroup.c 7.2).
 */
record SubtreeGrammar(Set<Controller> enable, Set<Controller> disable) {

    /** Parses one write; EINVAL. */
    static SubtreeGrammar parse(ControlInput in) throws ErrnoException {
        SubtreeGrammar change = new SubtreeGrammar(EnumSet.noneOf(Controller.class), EnumSet.noneOf(Controller.class));
        for (String word : in.stripped().split(" ")) { // blanks only: a tab belongs to a word
            if (!word.isEmpty()) {
                change.word(word);
            }
        }
        return change;
    }

    private void word(String word) throws ErrnoException {
        Controller controller = controller(word);
        boolean on = word.charAt(0) == '+';
        (on ? enable : disable).add(controller);
        (on ? disable : enable).remove(controller);
    }

    private static Controller controller(String word) throws ErrnoException {
        boolean signed = word.charAt(0) == '+' || word.charAt(0) == '-';
        for (Controller controller : Controller.values()) {
            if (signed && controller.key().equals(word.substring(1))) {
                return controller;
            }
        }
        throw new ErrnoException(
                Errno.EINVAL, "cgroup.subtree_control: expected +controller or -controller, got '" + word + "'");
    }
}
