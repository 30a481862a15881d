package io.postern.console.web.mail;

import io.postern.api.Problem;
import io.postern.console.search.Parameters;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The form of a search: what was typed, and the fault beside each field. One request.
 *
 * @param who an address or a domain, as sender or as recipient
 * @param typed of the other fields
 */
public record SearchForm(
    String kind, String who, Parameters typed, Map<String, String> faults, List<String> others) {
  private static final List<String> FIELDS =
      List.of(
          "who",
          "from",
          "fromDomain",
          "to",
          "toDomain",
          "messageId",
          "queueId",
          "reference",
          "ip",
          "connector",
          "organization",
          "tls",
          "reason",
          "state",
          "direction",
          "rule",
          "reportedConnector",
          "reportedResult",
          "reportedRule",
          "since",
          "until",
          "kind");

  public SearchForm {
    faults = Map.copyOf(faults);
    others = List.copyOf(others);
  }

  static SearchForm of(String kind, String who, Parameters typed) {
    return new SearchForm(kind, who, typed, Map.of(), List.of());
  }

  /** The same with the faults of a problem, each beside its field. */
  SearchForm with(Problem problem) {
    Map<String, String> beside = new TreeMap<>();
    List<String> elsewhere = new java.util.ArrayList<>();
    for (Problem.Fault fault : problem.errors()) {
      String text = (fault.problem() + " " + fault.cure()).strip();
      if (!who.isEmpty()
          && List.of("from", "fromDomain", "to", "toDomain").contains(fault.pointer())) {
        beside.put("who", text);
      } else if (FIELDS.contains(fault.pointer())) {
        beside.put(fault.pointer(), text);
      } else {
        elsewhere.add((fault.pointer() + ": " + text).strip());
      }
    }
    if (problem.status() == 404) {
      beside.put("organization", problem.detail());
    } else if (problem.errors().isEmpty()) {
      elsewhere.add(problem.detail());
    }
    return new SearchForm(kind, who, typed, beside, elsewhere);
  }

  /** Empty: there is none. */
  public String fault(String field) {
    return faults.getOrDefault(field, "");
  }

  /** One of the further conditions is given, or wrong. */
  public boolean isFurther() {
    Parameters p = typed;
    return !(p.fromDomain
                + p.toDomain
                + p.messageId
                + p.queueId
                + p.reference
                + p.ip
                + p.organization
                + p.tls
                + p.reason
                + p.direction
                + p.rule
                + p.reportedConnector
                + p.reportedResult
                + p.reportedRule
                + p.until)
            .isEmpty()
        || !faults.isEmpty();
  }

  /** An organization is asked for that is none of these. */
  public boolean otherOrganization(List<String> offered) {
    String asked = typed.organization;
    return asked != null && !asked.isEmpty() && !offered.contains(asked);
  }

  /** Who as a Message-ID, which looks like an address. */
  public String messageId() {
    return who.startsWith("<") ? who : "<" + who + ">";
  }

  public List<String> kinds() {
    return List.of("all", "messages", "refusals");
  }

  public List<String> states() {
    return List.of("waiting", "held", "delivered", "failed", "expired", "cancelled");
  }

  public List<String> directions() {
    return List.of("incoming", "originating");
  }

  public List<String> results() {
    return List.of("accepted", "refused", "met", "missed", "unknown");
  }
}
