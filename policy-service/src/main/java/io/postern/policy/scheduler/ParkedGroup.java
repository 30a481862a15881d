package io.postern.policy.scheduler;

import io.postern.contracts.v1.ScheduleEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;

/**
 * What rests together: the mail of one organization for one route by one connector, so that what is
 * repaired for it, and what its hosts answer, concerns all of it and nobody else's. Immutable.
 *
 * @param notices mail with a null reverse-path, whose routes strangers choose
 * @param connector of the last attempt; empty: none
 */
record ParkedGroup(boolean notices, String route, String organization, String connector)
    implements Comparable<ParkedGroup> {
  private static final byte MAIL = (byte) 0x80;
  private static final byte NOTICES = (byte) 0x81;
  private static final Comparator<ParkedGroup> ORDER =
      Comparator.comparing(ParkedGroup::notices)
          .thenComparing(ParkedGroup::route)
          .thenComparing(ParkedGroup::organization)
          .thenComparing(ParkedGroup::connector);

  static ParkedGroup of(ScheduleEntry entry) {
    return new ParkedGroup(
        entry.getNullReversePath(),
        name(entry.getRoute()),
        name(entry.getOrganization()),
        name(entry.getConnector()));
  }

  // The names' end in the index.
  private static String name(String name) {
    return name.replace('\0', ' ');
  }

  /** The beginning of the index' keys of this group, and of no other. */
  byte[] prefix() {
    byte[] names =
        (route + '\0' + organization + '\0' + connector + '\0').getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(1 + names.length).put(notices ? NOTICES : MAIL).put(names).array();
  }

  /** The beginning of the index' keys of all groups of a kind. */
  static byte[] prefix(boolean notices) {
    return new byte[] {notices ? NOTICES : MAIL};
  }

  /** The group of a key of the index, whose position is behind the group then. */
  static ParkedGroup read(ByteBuffer key) {
    return new ParkedGroup(key.get() == NOTICES, next(key), next(key), next(key));
  }

  private static String next(ByteBuffer key) {
    int begin = key.position();
    int length = 0;
    while (key.get() != 0) {
      length++;
    }
    byte[] name = new byte[length];
    key.get(begin, name);
    return new String(name, StandardCharsets.UTF_8);
  }

  @Override
  public int compareTo(ParkedGroup other) {
    return ORDER.compare(this, other);
  }
}
