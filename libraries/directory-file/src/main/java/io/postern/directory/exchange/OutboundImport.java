package io.postern.directory.exchange;

import io.postern.contracts.Texts;
import io.postern.contracts.v1.ConnectorType;
import io.postern.fields.DirectoryFields;
import io.postern.fields.Field;
import io.postern.names.DomainNames;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The import of an outbound connector: one, or two where Exchange's one stands for two. What
 * demands TLS is never left out silently.
 */
final class OutboundImport {
  private static final int MOST_NAME = 64;
  private static final Set<String> ALL_MAIL =
      Set.of("allAcceptedDomains", "routeAllMessagesViaOnPremises");
  private static final String OUTSIDE = " (outside)";

  private final ObjectImport out;
  private final Set<String> acceptedDomains;
  private boolean onPremises;

  OutboundImport(ObjectImport out, Set<String> acceptedDomains) {
    this.out = out;
    this.acceptedDomains = acceptedDomains;
  }

  /** Each in the directory file's spelling. */
  List<Map<String, Object>> read() {
    out.take("name", out.text("Name"));
    onPremises = "onPremises".equals(out.take("connectorType"));
    out.take("enabled");
    if (out.isSet("TestMode")) {
      out.fields.put("enabled", false);
      out.different("TestMode", "a connector in test mode handles no mail: enabled is false");
    }
    boolean scoped = out.isSet("IsTransportRuleScoped");
    if (scoped) {
      out.take("isTransportRuleScoped");
      String remark = "it has no effect of a connector that only rules give mail to";
      out.without("AllAcceptedDomains", remark);
      out.without("RouteAllMessagesViaOnPremises", remark);
    } else {
      out.without("IsTransportRuleScoped", "");
    }
    out.comment();
    boolean outside = recipientDomains();
    hosts();
    tls();
    for (Field field : DirectoryFields.OUTBOUND_CONNECTOR.fields()) {
      if (field.only() != ConnectorType.ON_PREMISES || scoped && ALL_MAIL.contains(field.name())) {
        continue;
      }
      if (onPremises) {
        out.take(field.name());
      } else {
        out.without(field.exchange().parameter(), "it is only for connectors to own servers");
      }
    }
    out.without(
        "SenderRewritingEnabled",
        "write senderRewritingDomain of the organization first, then senderRewritingEnabled: true");
    out.rest();
    return outside ? List.of(out.fields, outsideOf(out.fields)) : List.of(out.fields);
  }

  /** True: mail to the outside needs a connector of its own. */
  private boolean recipientDomains() {
    List<String> domains = new ArrayList<>(Spaces.domains(out, "RecipientDomains"));
    boolean scoped = out.isSet("IsTransportRuleScoped");
    boolean outside =
        onPremises && !scoped && out.isSet("AllAcceptedDomains") && domains.remove("*");
    if (!onPremises && !scoped) {
      List<String> own =
          domains.stream().filter(d -> acceptedDomains.contains(DomainNames.normal(d))).toList();
      if (!own.isEmpty()) {
        domains.removeAll(own);
        out.different(
            "RecipientDomains",
            "a partner connector does not apply to mail to own domains, not imported: "
                + String.join(", ", own));
      }
    }
    if (outside) {
      out.different(
          "RecipientDomains",
          "\"*\" with AllAcceptedDomains sends mail to the Internet through your own servers: "
              + "imported as a separate connector. Remove that one if it is not intended");
    }
    if (!domains.isEmpty()) {
      out.take("recipientDomains", List.copyOf(domains));
    }
    return outside;
  }

  private static Map<String, Object> outsideOf(Map<String, Object> fields) {
    Map<String, Object> other = new LinkedHashMap<>(fields);
    String name = String.valueOf(fields.get("name"));
    other.put("name", Texts.cut(name, MOST_NAME - OUTSIDE.length()) + OUTSIDE);
    other.put("recipientDomains", List.of("*"));
    other.remove("allAcceptedDomains");
    other.remove("routeAllMessagesViaOnPremises");
    return other;
  }

  private void hosts() {
    List<String> hosts =
        out.texts("SmartHosts").stream()
            .map(host -> host.replaceAll("^\\[([0-9.]+)]$", "$1"))
            .toList();
    Boolean mx = out.flag("UseMXRecord");
    if (Boolean.TRUE.equals(mx) && !hosts.isEmpty()) {
      out.take("useMXRecord", true);
      out.different("SmartHosts", "UseMXRecord takes precedence: not imported");
      return;
    }
    List<String> single = hosts.stream().filter(host -> !host.matches(".*/[0-9]+$")).toList();
    if (single.size() < hosts.size()) {
      out.different(
          "SmartHosts",
          "a block of addresses is not a host, not imported: write each address separately");
    }
    if (!single.isEmpty()) {
      out.take("smartHosts", single);
    }
    if (mx != null) {
      out.take("useMXRecord", mx);
    }
  }

  private void tls() {
    String level = out.take("tlsSettings");
    String domain = out.text("TlsDomain");
    if (!domain.isEmpty() && "domainValidation".equals(level)) {
      out.take("tlsDomain", domain);
    } else if (!domain.isEmpty()) {
      out.notTaken("TlsDomain", "it has an effect only with TlsSettings DomainValidation");
    }
    out.take("smtpDaneMode");
    out.take("mtaStsMode");
  }
}
