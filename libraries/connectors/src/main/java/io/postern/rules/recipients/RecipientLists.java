package io.postern.rules.recipients;

import java.util.Map;
import java.util.Optional;

/** One state of the lists of all domains. Immutable; any thread. */
public final class RecipientLists {
  /** None, also of a service that reads no lists. */
  public static final RecipientLists NONE = new RecipientLists(Map.of());

  private final Map<String, RecipientList> lists;

  RecipientLists(Map<String, RecipientList> lists) {
    this.lists = Map.copyOf(lists);
  }

  /**
   * The list by the domain's name, whoever made it, usable or not.
   *
   * @param domain lower case A-label
   */
  public Optional<RecipientList> list(String domain) {
    return Optional.ofNullable(lists.get(domain));
  }

  /** Addresses of all lists together. */
  public long size() {
    return lists.values().stream().mapToLong(RecipientList::size).sum();
  }
}
