package io.postern.policy.api;

import io.postern.policy.change.Changed;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A page of objects, by name.
 *
 * @param version of the directory
 * @param next for {@code after} of the next page; null: this is the last
 */
public record ObjectPage(long version, List<Item> items, @Nullable String next) {
  /**
   * @param etag for If-Match
   * @param object in the spelling of the directory file
   * @param warnings known traps in it; of a page the first 100
   */
  public record Item(String etag, Map<String, Object> object, List<Changed.Warning> warnings) {}
}
