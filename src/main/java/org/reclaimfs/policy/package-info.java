/**
 * The proposals for should_reclaim_retry, one class each, beside what the kernel does ({@link
 * org.reclaimfs.policy.Stock}).
 *
 * <p>In: what a round of direct reclaim did ({@link org.reclaimfs.policy.Round}), a zone, the state of swap ({@link
 * org.reclaimfs.policy.Outlook}). Out: pages that count as progress, pages worth hoping for. Mirrors should_reclaim_retry
 * and zone_reclaimable_pages (mm/page_alloc.c, mm/vmscan.c, 7.2; spec/02 section 6, spec/12). Lock rule: no state but
 * {@link org.reclaimfs.policy.Knobs}, which is under the machine's lock.
 *
 * <p>To add a policy: write its class here, overriding the one or two methods in which it differs from stock; give it a
 * constant in {@code machine/Patch}, whose name becomes the file {@code reclaimfs/patches/NAME}, the scenario's key and
 * the word for {@code --patch}; give it a line in the reference scenario; test the class alone with the numbers of its
 * mail (see {@code RamBackedSwapTest}). A threshold of its own goes into {@code Knobs} and one row of {@code
 * procfs/VmSysctls} that is present while the policy is on. docs/policies.md shows one from start to end.
 *
 * <p>Why the least of all: a policy only ever takes hope away from stock. So any set of them that is on together has a
 * meaning, in whatever order they were switched on: {@link org.reclaimfs.policy.Strictest}.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.policy;
