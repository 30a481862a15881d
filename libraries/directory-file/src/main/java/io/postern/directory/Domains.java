package io.postern.directory;

import io.postern.names.DomainNames;
import io.postern.rules.address.IpAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Domain names and patterns in the directory's spelling: lower-case A-labels, so that a name has
 * one spelling. The rules judge whether a pattern may stand where it stands.
 */
final class Domains {
  private Domains() {}

  /** One name; reports and returns it as it is when it is none. */
  static String one(Fields fields, String name, String text) {
    String domain = aLabels(text);
    if (domain.isEmpty() && !text.isEmpty()) {
      fields.problem(
          name, "\"" + text + "\" is not a domain name", "write it like mail.example.com");
      return text;
    }
    return domain;
  }

  /** A list of names, {@code *.name} and {@code *}. */
  static List<String> list(Fields fields, String name) {
    List<String> domains = new ArrayList<>();
    for (String text : fields.texts(name)) {
      String domain = aLabels(unpriced(text));
      if (domain.isEmpty() && !text.isEmpty()) {
        fields.problem(
            name,
            domains.size(),
            "\"" + text + "\" is not a domain name",
            "write it like example.com, \"*.example.com\" or \"*\"");
        domain = text;
      }
      domains.add(domain);
    }
    return domains;
  }

  /** A host's name or IPv4 address; empty when it is neither. */
  static String host(String text) {
    if (text.matches("[0-9.]+")) {
      return isAddress(text) ? text : "";
    }
    return text.startsWith("*") ? "" : aLabels(text);
  }

  /** IPv4 with four parts, or IPv6 without brackets and zone. */
  static boolean isAddress(String text) {
    return IpAddress.parse(text) != null;
  }

  // Exchange shows address spaces as smtp:example.com;1; the cost has no effect there, nor here.
  private static String unpriced(String text) {
    return text.regionMatches(true, 0, "smtp:", 0, 5)
        ? text.substring(5).replaceFirst(";[0-9]{1,3}$", "")
        : text;
  }

  private static String aLabels(String text) {
    String wildcard = text.startsWith("*.") ? "*." : "";
    String name = text.substring(wildcard.length());
    if (name.equals("*") && wildcard.isEmpty()) {
      return name;
    }
    String ascii = DomainNames.aLabels(name);
    return ascii == null || !DomainNames.isDomain(ascii) ? "" : wildcard + ascii;
  }
}
