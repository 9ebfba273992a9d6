/**
 * The text and the triggers of a pressure file, which cgroupfs and procfs both show.
 *
 * <p>In: a {@link org.reclaimfs.psi.PsiGroup}. Out: two lines; a trigger on the descriptor that wrote one; its poll events.
 * Mirrors kernel/sched/psi.c psi_show, psi_trigger_create and psi_trigger_poll (7.2; spec/09 sections 6 and 7). Lock rule:
 * the machine's lock, which kernfs holds around every show, store and poll.
 *
 * <p>Why a room of its own: procfs and cgroupfs do not know each other, and the two had begun to differ.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.pressurefs;
