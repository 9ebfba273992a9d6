/**
 * What an unmodified systemd-oomd needs of the service managers around it (spec/31 section 2).
 *
 * <p>In: which cgroups are to be watched, as they come and go. Out: the varlink service io.systemd.ManagedOOM, as process 1
 * offers it, and reports to systemd-oomd's own socket, as users' managers send them; and what systemd-oomd wrote about its
 * kills. Knows the machine not at all. Threads: one accepts, one for each client; what is watched is guarded by one monitor.
 *
 * <p>Left out: {@code OOMRules=} (systemd 261), prekill hooks (260), and that process 1 refuses a second subscriber.
 */
@NullMarked
package org.reclaimfs.oomd;

import org.jspecify.annotations.NullMarked;
