package io.postern.directory.exchange;

import io.postern.directory.exchange.Finding.Taken;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The import of a mail flow rule that gives mail to a connector. One with a condition, exception or
 * action that is not known here is left out as a whole: it would give other mail to the connector.
 */
final class RoutingRuleImport {
  private final ObjectImport in;
  private final List<String> unknown = new ArrayList<>();

  RoutingRuleImport(ObjectImport in) {
    this.in = in;
  }

  /** It may take mail before the rules after it, in Exchange. */
  static boolean comesBefore(ObjectImport in) {
    return !in.text("State").equalsIgnoreCase("Disabled")
        && (in.isSet("StopRuleProcessing") || !in.text("RouteMessageOutboundConnector").isEmpty());
  }

  /** In the directory file's spelling; none: it is left out. */
  List<Map<String, Object>> read() {
    String connector = in.text("RouteMessageOutboundConnector");
    if (connector.isEmpty()) {
      in.object(Taken.NOT_TAKEN, "not imported: it gives no mail to a connector");
      return List.of();
    }
    in.take("name", in.text("Name"));
    String priority = in.text("Priority");
    if (!priority.isEmpty() && !priority.equals("0")) {
      in.take("priority", priority.matches("[0-9]{1,6}") ? Integer.valueOf(priority) : priority);
    }
    if (in.text("State").equalsIgnoreCase("Disabled")) {
      in.take("enabled", false);
    }
    if (in.text("Mode").toLowerCase(Locale.ROOT).startsWith("audit")) {
      in.take("mode", "reportOnly");
    }
    in.comment();
    scope("FromScope", "fromScope");
    scope("SentToScope", "sentToScope");
    addresses("senders", "From", "SenderDomainIs");
    addresses("recipients", "SentTo", "RecipientDomainIs");
    addresses("exceptSenders", "ExceptIfFrom", "ExceptIfSenderDomainIs");
    addresses("exceptRecipients", "ExceptIfSentTo", "ExceptIfRecipientDomainIs");
    header("header", "");
    header("exceptHeader", "ExceptIf");
    in.take("outboundConnector", connector);
    if (Boolean.FALSE.equals(in.flag("StopRuleProcessing"))) {
      in.different(
          "StopRuleProcessing", "the first rule that gives mail to a connector is the last here");
    } else {
      in.flag("StopRuleProcessing"); // the same
    }
    if (!"inOrganization".equals(in.fields.get("fromScope"))
        && (in.fields.containsKey("headerField") || in.fields.containsKey("exceptHeaderField"))) {
      unknown.add("a header field of mail from outside (FromScope InOrganization is missing)");
    }
    return hasUnknown() ? List.of() : List.of(in.fields);
  }

  private void scope(String parameter, String field) {
    if (in.take(field) == null && !in.text(parameter).isEmpty()) {
      unknown.add(parameter + " " + in.text(parameter));
    }
  }

  private void addresses(String field, String addresses, String domains) {
    List<String> all = new ArrayList<>(in.texts(addresses));
    for (String domain : in.texts(domains)) {
      all.add(domain.startsWith("*") ? domain : "*." + domain); // Exchange's are with subdomains
    }
    if (all.isEmpty()) {
      return;
    }
    boolean both = !in.texts(addresses).isEmpty() && !in.texts(domains).isEmpty();
    if (both && !field.startsWith("except")) {
      unknown.add(addresses + " together with " + domains); // Exchange demands both
      return;
    }
    String parameter = in.texts(addresses).isEmpty() ? domains : addresses;
    in.take(parameter, field, all);
    boolean sender = field.endsWith("enders");
    if (sender && !in.text("SenderAddressLocation").equalsIgnoreCase("Envelope")) {
      in.different(parameter, "MAIL FROM is compared, not the From field of the header");
    }
  }

  private void header(String field, String prefix) {
    String parameter = prefix + "HeaderContainsMessageHeader";
    String name = in.text(parameter);
    List<String> words = in.whole(prefix + "HeaderContainsWords");
    if (!name.isEmpty()) {
      in.take(parameter, field + "Field", name);
    }
    if (!words.isEmpty()) {
      in.take(prefix + "HeaderContainsWords", field + "Words", words);
    }
  }

  /** True: the rule has a part that is not known here. */
  private boolean hasUnknown() {
    in.saysNothing(
        "Actions",
        "Conditions",
        "CreatedBy",
        "Description",
        "DlpPolicy",
        "DlpPolicyId",
        "Exceptions",
        "ImmutableId",
        "IsRuleConfigurationSupported",
        "ManuallyModified",
        "RouteMessageOutboundConnector",
        "RuleConfigurationUnsupportedReason",
        "RuleErrorAction",
        "RuleSubType",
        "RuleVersion",
        "SenderAddressLocation",
        "SetAuditSeverity",
        "Size",
        "UseLegacyRegex");
    unknown.addAll(in.unseen());
    if (unknown.isEmpty()) {
      return false;
    }
    in.object(
        Taken.NOT_TAKEN,
        "not imported: "
            + String.join(", ", unknown)
            + " cannot be evaluated here. Write a routing rule by hand, with senders, recipients or a"
            + " header field");
    return true;
  }
}
