package io.postern.api;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rights that roles give. A role is written {@code operator}, {@code administrator:ID} or
 * {@code auditor:ID}, with an organization's id or {@code *} for all. Immutable; any thread.
 *
 * @param operator everything, users and trust included
 * @param reads the organizations whose objects may be read; empty: all
 * @param changes the organizations whose objects may be changed; empty: all
 */
public record Rights(boolean operator, Optional<Set<String>> reads, Optional<Set<String>> changes) {
  public static final String OPERATOR = "operator";
  public static final String ADMINISTRATOR = "administrator";
  public static final String AUDITOR = "auditor";

  private static final String EVERY = "*";
  private static final Pattern ROLE =
      Pattern.compile("operator|(administrator|auditor):(\\*|[a-z0-9-]{1,64})");

  public Rights {
    reads = reads.map(Set::copyOf);
    changes = changes.map(Set::copyOf);
  }

  public static boolean isRole(@Nullable String role) {
    return role != null && ROLE.matcher(role).matches();
  }

  /**
   * @param roles those that are none are left out: a provider's token may have others
   */
  public static Rights of(Collection<String> roles) {
    if (roles.contains(OPERATOR)) {
      return new Rights(true, Optional.empty(), Optional.empty());
    }
    Set<String> changes = new TreeSet<>();
    Set<String> reads = new TreeSet<>();
    for (String role : roles) {
      if (isRole(role)) {
        String organization = role.substring(role.indexOf(':') + 1);
        reads.add(organization);
        if (role.startsWith(ADMINISTRATOR)) {
          changes.add(organization);
        }
      }
    }
    return new Rights(false, all(reads), all(changes));
  }

  /** No organization may be read, and nothing else. */
  public boolean isNone() {
    return !operator && reads.map(Set::isEmpty).orElse(false);
  }

  public boolean mayRead(String organization) {
    return reads.map(mine -> mine.contains(organization)).orElse(true);
  }

  public boolean mayChange(String organization) {
    return changes.map(mine -> mine.contains(organization)).orElse(true);
  }

  private static Optional<Set<String>> all(Set<String> organizations) {
    return organizations.contains(EVERY) ? Optional.empty() : Optional.of(organizations);
  }
}
