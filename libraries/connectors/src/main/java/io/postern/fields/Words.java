package io.postern.fields;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.ProtocolMessageEnum;
import io.postern.contracts.v1.AcceptedDomainType;
import io.postern.contracts.v1.ConnectorMode;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.RuleScope;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsVersion;
import io.postern.contracts.v1.UnansweredRecipients;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The words of one enumerated field, in the order in which they are offered; Exchange's values in
 * camelCase. Read without regard to case, so that Exchange's own spelling is understood. Immutable.
 *
 * @param values by word
 * @param written words by number, where a number has the word of another one
 */
public record Words(Map<String, ProtocolMessageEnum> values, Map<Integer, String> written) {
  static final Words TLS_SETTINGS =
      of("encryptionOnly", TlsLevel.ENCRYPTION_ONLY)
          .or("certificateValidation", TlsLevel.CERTIFICATE_VALIDATION)
          .or("domainValidation", TlsLevel.DOMAIN_VALIDATION);
  static final Words REVOCATION =
      of("required", RevocationMode.REVOCATION_REQUIRED)
          .or("bestEffort", RevocationMode.REVOCATION_BEST_EFFORT)
          .or("off", RevocationMode.REVOCATION_OFF);
  static final Words DOMAIN_TYPE =
      of("authoritative", AcceptedDomainType.AUTHORITATIVE)
          .or("internalRelay", AcceptedDomainType.INTERNAL_RELAY);
  static final Words RECIPIENT_VALIDATION =
      of("off", RecipientValidation.RECIPIENT_VALIDATION_OFF)
          .or("list", RecipientValidation.RECIPIENT_VALIDATION_LIST)
          .or("mailboxRoute", RecipientValidation.RECIPIENT_VALIDATION_MAILBOX_ROUTE);
  static final Words UNANSWERED_RECIPIENTS =
      of("accept", UnansweredRecipients.UNANSWERED_RECIPIENTS_ACCEPT)
          .or("defer", UnansweredRecipients.UNANSWERED_RECIPIENTS_DEFER);
  static final Words PROTOCOL = of("smtp", HopProtocol.SMTP).or("lmtp", HopProtocol.LMTP);
  static final Words CONNECTOR_TYPE =
      of("partner", ConnectorType.PARTNER).or("onPremises", ConnectorType.ON_PREMISES);

  /** The default is stored as no value, so that older records are equal to it. */
  static final Words CONNECTOR_MODE =
      of("enforce", ConnectorMode.CONNECTOR_MODE_UNSPECIFIED)
          .or("reportOnly", ConnectorMode.REPORT_ONLY)
          .also("enforce", ConnectorMode.ENFORCE);

  static final Words DANE =
      of("none", DaneMode.DANE_NONE)
          .or("opportunistic", DaneMode.DANE_OPPORTUNISTIC)
          .or("mandatory", DaneMode.DANE_MANDATORY);
  static final Words MTA_STS =
      of("none", MtaStsMode.MTA_STS_NONE).or("opportunistic", MtaStsMode.MTA_STS_OPPORTUNISTIC);
  static final Words TLS_VERSION =
      of("TLSv1.2", TlsVersion.TLS_1_2).or("TLSv1.3", TlsVersion.TLS_1_3);

  static final Words RULE_SCOPE =
      of("inOrganization", RuleScope.IN_ORGANIZATION)
          .or("notInOrganization", RuleScope.NOT_IN_ORGANIZATION);

  private static Words of(String word, ProtocolMessageEnum value) {
    return new Words(Map.of(), Map.of()).or(word, value);
  }

  private Words or(String word, ProtocolMessageEnum value) {
    Map<String, ProtocolMessageEnum> more = new LinkedHashMap<>(values);
    more.put(word, value);
    return new Words(more, written).also(word, value);
  }

  private Words also(String word, ProtocolMessageEnum value) {
    Map<Integer, String> more = new LinkedHashMap<>(written);
    more.put(value.getNumber(), word);
    return new Words(values, more);
  }

  /** Null: it is none of the words. */
  public @Nullable EnumValueDescriptor read(String text) {
    for (Map.Entry<String, ProtocolMessageEnum> each : values.entrySet()) {
      if (each.getKey().equalsIgnoreCase(text)) {
        return each.getValue().getValueDescriptor();
      }
    }
    return null;
  }

  /** The word for a value; null for a value without one (a default, or a newer writer's). */
  public @Nullable String write(EnumValueDescriptor value) {
    return written.get(value.getNumber());
  }

  public List<String> all() {
    return List.copyOf(values.keySet());
  }

  /** For people: {@code none, opportunistic or mandatory}. */
  public String choice() {
    List<String> all = all();
    return String.join(", ", all.subList(0, all.size() - 1)) + " or " + all.getLast();
  }
}
