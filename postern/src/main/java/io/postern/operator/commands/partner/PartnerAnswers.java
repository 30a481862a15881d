package io.postern.operator.commands.partner;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.operator.api.ChangeText;
import io.postern.operator.commands.Dialogue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * How a partner proves itself and where its mail goes: options, or answers to questions; a mixin.
 */
final class PartnerAnswers {
  private static final List<String> TLS_SETTINGS =
      List.of("domainValidation", "certificateValidation", "encryptionOnly");

  @Option(
      names = "--certificate-name",
      paramLabel = "NAME",
      description = "name in the certificate of the partner's sending servers; ask the partner")
  private @Nullable String certificateName;

  @Option(
      names = "--address",
      paramLabel = "ADDRESS",
      description =
          "address of a sending server of the partner, or a block; with a certificate name as "
              + "well, either is sufficient; repeatable")
  private List<String> addresses = new ArrayList<>();

  @Option(
      names = "--domain",
      paramLabel = "DOMAIN",
      description = "of the partner, such as *.fabrikam.example (default: DOMAIN); repeatable")
  private List<String> domains = new ArrayList<>();

  @Option(
      names = "--smart-host",
      paramLabel = "HOST",
      description = "host that receives the partner's mail (default: its MX); repeatable")
  private @Nullable List<String> smartHosts;

  @Option(
      names = "--tls-settings",
      paramLabel = "LEVEL",
      description = "domainValidation (default), certificateValidation or encryptionOnly")
  private @Nullable String tlsSettings;

  @Option(
      names = "--tls-domain",
      paramLabel = "NAME",
      description = "in the certificates of the partner's mail hosts (default by MX: DOMAIN)")
  private @Nullable String tlsDomain;

  @Option(
      names = "--trust-anchors",
      paramLabel = "NAME",
      description = "a set of the organization (default: the installation's)")
  private String trustAnchors = "";

  @Option(
      names = "--revocation",
      paramLabel = "MODE",
      description = "required (default), bestEffort or off")
  private String revocation = "";

  @Option(
      names = "--recipient",
      paramLabel = "ADDRESS",
      description = "recipient of a test message; repeatable")
  private List<String> recipients = new ArrayList<>();

  /** It is said how the partner proves itself. */
  boolean hasProof() {
    return certificateName != null || !addresses.isEmpty();
  }

  /**
   * Asks for each answer that no option has given.
   *
   * @param proposal of the service, by which the person decides: strangers' DNS is behind it
   * @param domain the partner's
   */
  void ask(Dialogue dialogue, JsonNode proposal, String domain) throws IOException {
    if (!hasProof()) {
      String name =
          dialogue.answer(
              "Name in the certificate of the sending servers (empty: use their addresses)",
              proposal.path("certificateName").asText(""));
      if (name.isEmpty() || name.equals("none")) {
        addresses = list(dialogue.answer("Their addresses, separated by commas", ""));
      } else {
        certificateName = name;
      }
    }
    if (smartHosts == null) {
      String hosts = dialogue.answer("Hosts that receive the partner's mail", "MX");
      smartHosts = hosts.equals("MX") ? List.of() : list(hosts);
    }
    if (tlsSettings == null) {
      tlsSettings =
          dialogue.answer(
              "TLS to them: " + String.join(", ", TLS_SETTINGS),
              proposal.path("tlsSettings").asText(TLS_SETTINGS.getFirst()));
    }
    if (tlsDomain == null && tlsSettings.equals(TLS_SETTINGS.getFirst())) {
      tlsDomain =
          dialogue.answer("Name in their certificates", proposal.path("tlsDomain").asText(domain));
    }
    if (recipients.isEmpty()) {
      recipients =
          list(dialogue.answer("Recipient of a test message (empty: nothing is sent)", ""));
    }
  }

  private static List<String> list(String text) {
    return Arrays.stream(text.split(","))
        .map(String::strip)
        .filter(item -> !item.isEmpty() && !item.equals("none"))
        .toList();
  }

  /** For the service; what was not answered is left out. */
  Map<String, Object> body() {
    Map<String, Object> body = new LinkedHashMap<>();
    put(body, "domains", domains);
    put(body, "certificateName", certificateName);
    put(body, "addresses", addresses);
    put(body, "smartHosts", smartHosts);
    put(body, "tlsSettings", tlsSettings);
    put(body, "tlsDomain", tlsDomain);
    put(body, "trustAnchors", trustAnchors);
    put(body, "revocation", revocation);
    put(body, "recipients", recipients);
    return body;
  }

  List<String> recipients() {
    return recipients;
  }

  private static void put(Map<String, Object> body, String name, @Nullable Object value) {
    boolean silent =
        value == null || value.equals("") || value instanceof List<?> list && list.isEmpty();
    if (!silent) {
      body.put(name, value);
    }
  }

  /** For a proposal that is shown. */
  static List<String> proposal(JsonNode proposal) {
    List<String> lines = new ArrayList<>();
    proposal
        .properties()
        .forEach(
            field ->
                lines.add(
                    "proposal: " + field.getKey() + " " + ChangeText.value(field.getValue())));
    return lines;
  }
}
