@org.jspecify.annotations.NullMarked
package org.reclaimfs.oomd;
