package org.reclaimfs.psi;

/** The resources pressure is reported for. */
public enum PsiResource {
    CPU,
    IO,
    MEMORY
}
