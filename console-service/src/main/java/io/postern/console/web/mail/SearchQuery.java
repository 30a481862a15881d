package io.postern.console.web.mail;

import io.postern.console.search.Parameters;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Shell;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/**
 * The conditions of a search that are given, in the order of the form: as the page's address, as
 * the API's, and on the command line. Immutable; any thread.
 */
final class SearchQuery {
  static final String DEFAULT_SINCE = "7d";
  private static final int DEFAULT_LIMIT = 50;

  private static final Map<String, String> OPTIONS =
      Map.ofEntries(
          Map.entry("kind", "--kind"),
          Map.entry("from", "--from"),
          Map.entry("fromDomain", "--from-domain"),
          Map.entry("to", "--to"),
          Map.entry("toDomain", "--to-domain"),
          Map.entry("messageId", "--message-id"),
          Map.entry("ip", "--ip"),
          Map.entry("connector", "--connector"),
          Map.entry("organization", "--organization"),
          Map.entry("tls", "--tls"),
          Map.entry("reason", "--reason"),
          Map.entry("state", "--recipient-state"),
          Map.entry("rule", "--rule"),
          Map.entry("reportedConnector", "--reported-connector"),
          Map.entry("reportedResult", "--reported-result"),
          Map.entry("reportedRule", "--reported-rule"),
          Map.entry("since", "--since"),
          Map.entry("until", "--until"),
          Map.entry("limit", "--limit"));

  private final Map<String, String> given;

  private SearchQuery(Map<String, String> given) {
    this.given = given;
  }

  /**
   * @param kind of the page; "all" is not written
   */
  static SearchQuery of(Parameters p, String kind) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("kind", kind.equals("all") ? "" : kind);
    all.put("from", p.from);
    all.put("fromDomain", p.fromDomain);
    all.put("to", p.to);
    all.put("toDomain", p.toDomain);
    all.put("state", p.state);
    all.put("connector", p.connector);
    all.put("messageId", p.messageId);
    all.put("queueId", p.queueId);
    all.put("reference", p.reference);
    all.put("ip", p.ip);
    all.put("organization", p.organization);
    all.put("tls", p.tls);
    all.put("reason", p.reason);
    all.put("direction", p.direction);
    all.put("rule", p.rule);
    all.put("reportedConnector", p.reportedConnector);
    all.put("reportedResult", p.reportedResult);
    all.put("reportedRule", p.reportedRule);
    all.put("since", p.since.equals(DEFAULT_SINCE) ? "" : p.since);
    all.put("until", p.until);
    all.put("limit", p.limit == DEFAULT_LIMIT ? "" : Integer.toString(p.limit));
    all.put("after", p.after);
    Map<String, String> given = new LinkedHashMap<>();
    all.forEach(
        (name, value) -> {
          if (!value.isEmpty()) {
            given.put(name, value);
          }
        });
    return new SearchQuery(given);
  }

  /** The same with another condition; an empty value takes it away. */
  SearchQuery with(String name, String value) {
    Map<String, String> changed = new LinkedHashMap<>(given);
    if (value.isEmpty()) {
      changed.remove(name);
    } else {
      changed.put(name, value);
    }
    return new SearchQuery(changed);
  }

  /** With the question mark; empty: nothing is given. */
  String text() {
    StringJoiner text = new StringJoiner("&", "?", "").setEmptyValue("");
    given.forEach((name, value) -> text.add(name + "=" + Frame.encoded(value)));
    return text.toString();
  }

  String path() {
    return "/messages" + text();
  }

  /** Of the API, whose own kind without a word is messages. */
  String api() {
    return "/api/v1/messages" + (given.containsKey("kind") ? text() : with("kind", "all").text());
  }

  /** A queue id and a reference have a command of their own. */
  String command() {
    if (given.containsKey("queueId")) {
      return "postern why " + Shell.word(given.getOrDefault("queueId", ""));
    }
    if (given.containsKey("reference")) {
      return "postern why " + Shell.word(given.getOrDefault("reference", ""));
    }
    StringBuilder line = new StringBuilder("postern messages");
    given.forEach(
        (name, value) -> {
          String option = OPTIONS.get(name);
          if (option != null) {
            line.append(' ').append(option).append(' ').append(Shell.word(value));
          }
        });
    return line.toString();
  }
}
