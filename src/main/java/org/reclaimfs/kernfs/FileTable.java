package org.reclaimfs.kernfs;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows with their index by name: built once, attached to any number of directories. Immutable.
 *
 * @param <T> subject
 */
public final class FileTable<T> {
    private final List<FileSpec<T>> rows;
    private final Map<String, Integer> indexByName = new HashMap<>();

    /**
     * Indexes the rows; their order is the order of inode numbers.
     *
     * @throws IllegalArgumentException when two rows have one name
     */
    public FileTable(List<FileSpec<T>> rows) {
        this.rows = List.copyOf(rows);
        for (int i = 0; i < this.rows.size(); i++) {
            if (indexByName.put(this.rows.get(i).name(), i) != null) {
                throw new IllegalArgumentException(
                        "two rows named " + this.rows.get(i).name());
            }
        }
    }

    /** The rows in table order. */
    public List<FileSpec<T>> rows() {
        return rows;
    }

    /** Index of the row of this name, or −1. */
    int indexOf(String name) {
        Integer index = indexByName.get(name);
        return index == null ? -1 : index;
    }
}
