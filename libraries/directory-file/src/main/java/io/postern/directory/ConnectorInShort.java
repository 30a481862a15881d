package io.postern.directory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A connector in short, for lists: whose mail it takes, and what it demands. Who shows it has the
 * words. Immutable.
 *
 * @param mode off, blocked, enforce, reportOnly
 * @param matches whose mail it takes, or where it sends what
 * @param demands of TLS, certificate and address of an inbound connector
 * @param level an outbound connector's tlsSettings
 * @param tlsDomain empty: none
 */
public record ConnectorInShort(
    String mode, Phrase matches, List<Phrase> demands, String level, String tlsDomain) {
  /**
   * @param code of the words, such as {@code from}
   * @param values that stand in them
   */
  public record Phrase(String code, List<List<String>> values) {
    private static Phrase of(String code) {
      return new Phrase(code, List.of());
    }

    private static Phrase of(String code, List<String> value) {
      return new Phrase(code, List.of(value));
    }
  }

  /** The codes of phrases. */
  public static final Set<String> CODES =
      Set.of(
          "ownServers",
          "from",
          "toBy",
          "toAcceptedDomainsBy",
          "ofRulesBy",
          "tls",
          "certificate",
          "address",
          "addressOnly");

  private static final List<String> MX = List.of("MX");

  /**
   * @param fields in the spelling of the directory file
   */
  public static ConnectorInShort of(boolean inbound, Map<String, ?> fields) {
    String level = text(fields, "tlsSettings");
    return new ConnectorInShort(
        mode(fields),
        inbound ? senders(fields) : recipients(fields),
        inbound ? demands(fields) : List.of(),
        level.isEmpty() ? "opportunistic" : level,
        text(fields, "tlsDomain"));
  }

  private static String mode(Map<String, ?> fields) {
    if (Boolean.FALSE.equals(fields.get("enabled"))) {
      return "off";
    }
    String mode = text(fields, "mode");
    return flag(fields, "blocked") ? "blocked" : mode.isEmpty() ? "enforce" : mode;
  }

  private static Phrase senders(Map<String, ?> fields) {
    List<String> domains = list(fields, "senderDomains");
    return domains.isEmpty() ? Phrase.of("ownServers") : Phrase.of("from", domains);
  }

  private static Phrase recipients(Map<String, ?> fields) {
    List<String> hosts = list(fields, "smartHosts");
    List<String> by = hosts.isEmpty() ? MX : hosts;
    if (flag(fields, "isTransportRuleScoped")) {
      return Phrase.of("ofRulesBy", by);
    }
    return flag(fields, "allAcceptedDomains")
        ? Phrase.of("toAcceptedDomainsBy", by)
        : new Phrase("toBy", List.of(list(fields, "recipientDomains"), by));
  }

  private static List<Phrase> demands(Map<String, ?> fields) {
    List<Phrase> demands = new ArrayList<>();
    if (flag(fields, "requireTls")) {
      demands.add(Phrase.of("tls"));
    }
    boolean own = text(fields, "connectorType").equals("onPremises");
    boolean byAddress = own || flag(fields, "restrictDomainsToIPAddresses");
    String name = text(fields, "tlsSenderCertificateName");
    if (!name.isEmpty() && (byAddress || flag(fields, "restrictDomainsToCertificate"))) {
      demands.add(Phrase.of("certificate", List.of(name)));
    }
    List<String> addresses = list(fields, "senderIPAddresses");
    if (!addresses.isEmpty()) {
      demands.add(Phrase.of(byAddress ? "address" : "addressOnly", addresses));
    }
    return demands;
  }

  private static boolean flag(Map<String, ?> fields, String name) {
    return Boolean.TRUE.equals(fields.get(name));
  }

  private static String text(Map<String, ?> fields, String name) {
    return fields.get(name) instanceof String text ? text : "";
  }

  private static List<String> list(Map<String, ?> fields, String name) {
    return fields.get(name) instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : List.of();
  }
}
