package io.postern.directory;

import io.postern.contracts.v1.AcceptedDomainType;
import io.postern.contracts.v1.ConnectorMode;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsVersion;
import io.postern.contracts.v1.UnansweredRecipients;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The words of one enumerated field, in the order in which they are offered; Exchange's values in
 * camelCase. Read without regard to case, so that Exchange's own spelling is understood.
 */
record Words<E extends Enum<E>>(Map<String, E> values) {
  static final Words<TlsLevel> TLS_SETTINGS =
      of("encryptionOnly", TlsLevel.ENCRYPTION_ONLY)
          .or("certificateValidation", TlsLevel.CERTIFICATE_VALIDATION)
          .or("domainValidation", TlsLevel.DOMAIN_VALIDATION);
  static final Words<RevocationMode> REVOCATION =
      of("required", RevocationMode.REVOCATION_REQUIRED)
          .or("bestEffort", RevocationMode.REVOCATION_BEST_EFFORT)
          .or("off", RevocationMode.REVOCATION_OFF);
  static final Words<AcceptedDomainType> DOMAIN_TYPE =
      of("authoritative", AcceptedDomainType.AUTHORITATIVE)
          .or("internalRelay", AcceptedDomainType.INTERNAL_RELAY);
  static final Words<RecipientValidation> RECIPIENT_VALIDATION =
      of("off", RecipientValidation.RECIPIENT_VALIDATION_OFF)
          .or("list", RecipientValidation.RECIPIENT_VALIDATION_LIST)
          .or("mailboxRoute", RecipientValidation.RECIPIENT_VALIDATION_MAILBOX_ROUTE);
  static final Words<UnansweredRecipients> UNANSWERED_RECIPIENTS =
      of("accept", UnansweredRecipients.UNANSWERED_RECIPIENTS_ACCEPT)
          .or("defer", UnansweredRecipients.UNANSWERED_RECIPIENTS_DEFER);
  static final Words<HopProtocol> PROTOCOL =
      of("smtp", HopProtocol.SMTP).or("lmtp", HopProtocol.LMTP);
  static final Words<ConnectorType> CONNECTOR_TYPE =
      of("partner", ConnectorType.PARTNER).or("onPremises", ConnectorType.ON_PREMISES);
  static final Words<ConnectorMode> CONNECTOR_MODE =
      of("enforce", ConnectorMode.ENFORCE).or("reportOnly", ConnectorMode.REPORT_ONLY);
  static final Words<DaneMode> DANE =
      of("none", DaneMode.DANE_NONE)
          .or("opportunistic", DaneMode.DANE_OPPORTUNISTIC)
          .or("mandatory", DaneMode.DANE_MANDATORY);
  static final Words<MtaStsMode> MTA_STS =
      of("none", MtaStsMode.MTA_STS_NONE).or("opportunistic", MtaStsMode.MTA_STS_OPPORTUNISTIC);
  static final Words<TlsVersion> TLS_VERSION =
      of("TLSv1.2", TlsVersion.TLS_1_2).or("TLSv1.3", TlsVersion.TLS_1_3);

  private static <E extends Enum<E>> Words<E> of(String word, E value) {
    return new Words<E>(Map.of()).or(word, value);
  }

  private Words<E> or(String word, E value) {
    Map<String, E> more = new LinkedHashMap<>(values);
    more.put(word, value);
    return new Words<>(more);
  }

  @Nullable E read(String text) {
    return values.entrySet().stream()
        .filter(e -> e.getKey().equalsIgnoreCase(text))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }

  /** The word for a value; null for a value without one (a default, or a newer writer's). */
  @Nullable String write(E value) {
    return values.entrySet().stream()
        .filter(e -> e.getValue() == value)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(null);
  }

  String choice() {
    return String.join(", ", values.keySet());
  }
}
