package io.postern.rules.checks;

import io.postern.contracts.Texts;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.NextHopHost;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.address.IpAddress;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * The problems of one object as they are found, with the checks that several kinds of object share.
 * Fields are spelled as in Exchange's parameters and the directory file. One thread.
 */
public final class Findings {
  static final int MAX_NAME = 64; // Exchange's bound on a connector's name
  private static final int MAX_SHOWN = 80;
  private static final int MAX_KEY = 400;

  private final String key;
  private final List<DirectoryProblem> problems;

  Findings(String key, List<DirectoryProblem> problems) {
    this.key = key;
    this.problems = problems;
  }

  void add(String field, String problem, String cure) {
    problems.add(
        DirectoryProblem.newBuilder()
            .setObject(Texts.cut(key, MAX_KEY))
            .setField(field)
            .setProblem(problem)
            .setCure(cure)
            .build());
  }

  void addIf(boolean wrong, String field, String problem, String cure) {
    if (wrong) {
      add(field, problem, cure);
    }
  }

  void partnerOnly(String field, boolean set) {
    addIf(
        set,
        field,
        "it is for partner connectors only",
        "remove it, or set connectorType: partner");
  }

  void onPremisesOnly(String field, boolean set) {
    addIf(
        set,
        field,
        "it is for on-premises connectors only",
        "remove it, or set connectorType: onPremises");
  }

  void forcedTlsOnly(String field, boolean set) {
    addIf(
        set,
        field,
        "nothing can be required of opportunistic TLS",
        "set tlsSettings: encryptionOnly or stronger");
  }

  /** A name is part of keys, explanations and file names of reports. */
  void name(String name) {
    boolean fine =
        !name.isEmpty()
            && name.length() <= MAX_NAME
            && name.equals(name.strip())
            && name.indexOf('/') < 0
            && visible(name);
    addIf(
        !fine,
        "name",
        quoted(name) + " is not a valid name",
        "write 1 to "
            + MAX_NAME
            + " visible characters without \"/\" and without spaces at the ends");
  }

  void text(String field, String text, int max) {
    addIf(text.length() > max, field, "it is longer than " + max + " characters", "shorten it");
    addIf(
        !visible(text.replace('\n', ' ')),
        field,
        "it has control or invisible formatting characters",
        "write plain text");
  }

  /** Each entry with its name; none, and a problem, if the list is too long to be looked at. */
  <T> void each(String field, List<T> entries, int most, BiConsumer<String, T> check) {
    addIf(
        entries.size() > most,
        field,
        "it has " + entries.size() + " entries",
        "write at most " + most);
    for (int i = 0; i < entries.size() && entries.size() <= most; i++) {
      check.accept(field + "[" + i + "]", entries.get(i));
    }
  }

  /** mail.contoso.com or *.contoso.com, the name of a certificate. */
  void certificateName(String field, String name) {
    String base = name.startsWith("*.") ? name.substring(2) : name;
    if (base.indexOf('*') >= 0) {
      add(
          field,
          quoted(name) + " has a wildcard that is not the whole first label",
          "write mail.contoso.com or *.contoso.com");
    } else if (!DomainNames.isDomain(base) || !DomainNames.hasDot(base)) {
      add(
          field,
          quoted(name) + " is not a valid certificate name",
          suggested(name, "mail.contoso.com or *.contoso.com, in lower case"));
    }
  }

  /** A name or an address, and a port. */
  void host(String field, NextHopHost host) {
    hostName(field, host.getHost());
    addIf(
        host.getPort() < 0 || host.getPort() > 65_535,
        field,
        "invalid port " + host.getPort(),
        "use a number from 1 to 65535, or omit it for the default");
  }

  /** A name or an address. */
  void hostName(String field, String name) {
    if (name.isEmpty()) {
      add(field, "the host is missing", "write a host name or an IP address");
    } else if (IpAddress.parse(name) == null && !isHostName(name)) {
      boolean block = name.indexOf('/') >= 0;
      add(
          field,
          quoted(name) + " is neither a host name nor an IP address",
          block
              ? "add each host of the block separately"
              : suggested(name, "a host name or an IP address without brackets"));
    }
  }

  /** Only a set of the same organization, and one that exists (G8). */
  void anchors(String field, AnchorSetReference anchors, String organization, Directory after) {
    if (anchors.getId().isEmpty()) {
      return;
    }
    int slash = anchors.getId().indexOf('/');
    String owner = slash < 0 ? organization : anchors.getId().substring(0, slash);
    String name = anchors.getId().substring(slash + 1);
    addIf(
        !owner.equals(organization) || after.anchorSet(organization, name).isEmpty(),
        field,
        "the organization has no trust anchors named \"" + shown(name) + "\"",
        "add them, or leave " + field + " for the default ones");
  }

  void organization(String organization, Directory after) {
    addIf(
        after.organization(organization).isEmpty(),
        "organization",
        "no such organization: \"" + shown(organization) + "\"",
        "add the organization first, or in the same command");
  }

  static String suggested(String text, String otherwise) {
    String suggestion = DomainNames.suggestion(text);
    return "write " + (suggestion == null ? otherwise : suggestion);
  }

  static String quoted(String text) {
    return "\"" + shown(text) + "\"";
  }

  /** The text, bounded and printable: an administrator may have written anything. */
  static String shown(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints().limit(MAX_SHOWN).forEach(c -> shown.appendCodePoint(visible(c) ? c : '?'));
    return text.codePointCount(0, text.length()) > MAX_SHOWN ? shown + "..." : shown.toString();
  }

  /** Digits and dots alone are an address gone wrong. */
  private static boolean isHostName(String name) {
    return DomainNames.isDomain(name) && name.chars().anyMatch(c -> c >= 'a' && c <= 'z');
  }

  private static boolean visible(String text) {
    return text.codePoints().allMatch(Findings::visible);
  }

  private static boolean visible(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
