/**
 * The same scenario under several policies, side by side.
 *
 * <p>In: a scenario, columns (a policy and what else differs), sessions to play them in. Out: a table, CSV, a page with
 * plots, a picture. Mirrors nothing of the kernel. Lock rule: each trial has a machine of its own and plays it on one
 * thread; trials share nothing.
 *
 * <p>Why the plots are drawn here: a page that must open without network, and a picture of the same plots, need one small
 * set of shapes ({@link org.reclaimfs.lab.Canvas}) with two pens; a chart library would bring a hundred times that.
 */
@NullMarked
package org.reclaimfs.lab;

import org.jspecify.annotations.NullMarked;
