package io.postern.console.reports;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** From a row of the report about connectors in report-only mode to its mail. Stateless. */
final class ReportedMail {
  /** The columns of {@link #FROM} by which the report's rows differ. */
  static final String FACTS = "x.connector, x.mail, x.result, x.rule, x.code";

  /**
   * Decisions and deliveries of mail that came in, and refusals, as one table. decider: whose
   * decision counted; empty: nobody's.
   */
  static final String FROM =
      " FROM (SELECT (at / 86400000)::int AS day, organization, organization AS decider, connector, CASE leg WHEN 'out' THEN"
          + " 'out' ELSE 'in' END AS mail, result, rule, code, 1::bigint AS recipients, queue_id AS"
          + " sample FROM reported UNION ALL SELECT day, reported_organization,"
          + " organization, reported_connector, 'refused', reported_result, reported_rule, reported_code, count,"
          + " reference FROM refusal WHERE reported_result <> '') x";

  private ReportedMail() {}

  /**
   * The path of the search that finds the row's mail.
   *
   * @param row day, organization and {@link #FACTS}
   */
  static String search(List<Object> row) {
    LocalDate day = LocalDate.parse(String.valueOf(row.get(0)));
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("kind", row.get(3).equals("refused") ? "refusals" : "messages");
    parameters.put("organization", row.get(1));
    parameters.put("reportedConnector", row.get(2));
    parameters.put("reportedResult", row.get(4));
    parameters.put("reportedRule", row.get(5));
    parameters.put("since", day);
    parameters.put("until", day.plusDays(1));
    return parameters.entrySet().stream()
        .filter(each -> !each.getValue().equals(""))
        .map(each -> each.getKey() + "=" + encoded(each.getValue().toString()))
        .collect(Collectors.joining("&", "/api/v1/messages?", ""));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
