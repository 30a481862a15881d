package io.postern.directory.exchange;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Address spaces ({@code smtp:*;1}) and addresses of hosts as Exchange writes them. Pure. */
final class Spaces {
  private static final Pattern SPACE = Pattern.compile("(?:(?i)smtp:)?([^;]*)(?:;([0-9]{1,3}))?");
  private static final int MOST_BLOCKS = 64;

  private Spaces() {}

  /** The domains of a parameter, without costs; a cost is reported. */
  static List<String> domains(ObjectImport object, String parameter) {
    List<String> domains = new ArrayList<>();
    for (String text : object.texts(parameter)) {
      Matcher space = SPACE.matcher(text);
      if (space.matches()) {
        domains.add(space.group(1).strip());
        if (space.group(2) != null && !space.group(2).equals("1")) {
          object.different(
              parameter, "the cost " + space.group(2) + " has no effect, as in Exchange");
        }
      } else {
        domains.add(text);
      }
    }
    return domains;
  }

  /** Addresses and blocks; a range a-b becomes blocks. */
  static List<String> addresses(ObjectImport object, String parameter) {
    List<String> addresses = new ArrayList<>();
    for (String text : object.texts(parameter)) {
      List<String> blocks = text.contains("-") ? blocks(text) : List.of(text);
      if (blocks.isEmpty()) {
        addresses.add(text); // the rules name it
      } else {
        addresses.addAll(blocks);
        if (text.contains("-")) {
          object.different(parameter, text + " is written as " + String.join(", ", blocks));
        }
      }
    }
    return addresses;
  }

  /** "192.0.2.129/25" as "192.0.2.128/25"; any other text as it is. */
  static String block(String text) {
    int slash = text.indexOf('/');
    long first = slash < 0 ? -1 : value(text.substring(0, slash));
    int prefix =
        slash >= 0 && text.substring(slash + 1).matches("[0-9]{1,2}")
            ? Integer.parseInt(text.substring(slash + 1))
            : 33;
    return first < 0 || prefix > 32 ? text : address(first & -(1L << (32 - prefix))) + "/" + prefix;
  }

  /** The blocks of a range of IPv4 addresses; none: it is none, or needs too many. */
  static List<String> blocks(String range) {
    String[] ends = range.split("-", -1);
    if (ends.length != 2) {
      return List.of();
    }
    long from = value(ends[0].strip());
    long to = value(ends[1].strip());
    if (from < 0 || to < from) {
      return List.of();
    }
    List<String> blocks = new ArrayList<>();
    while (from <= to) {
      int prefix = 32;
      while (prefix > 24
          && from % (1L << (33 - prefix)) == 0
          && from + (1L << (33 - prefix)) - 1 <= to) {
        prefix--;
      }
      blocks.add(address(from) + (prefix == 32 ? "" : "/" + prefix));
      from += 1L << (32 - prefix);
      if (blocks.size() > MOST_BLOCKS) {
        return List.of();
      }
    }
    return blocks;
  }

  private static String address(long value) {
    return "%d.%d.%d.%d".formatted(value >> 24, value >> 16 & 255, value >> 8 & 255, value & 255);
  }

  private static long value(String address) {
    if (!address.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}")) {
      return -1;
    }
    try {
      return new BigInteger(1, InetAddress.ofLiteral(address).getAddress()).longValueExact();
    } catch (IllegalArgumentException e) {
      return -1;
    }
  }
}
