package io.postern.policy.api;

import java.util.List;
import java.util.Map;

/**
 * The whole directory in the file's spelling.
 *
 * @param version the offset of its last change; -1: empty
 * @param organizations as in a directory file: it can be applied again
 */
public record DirectoryView(long version, List<Map<String, Object>> organizations) {}
