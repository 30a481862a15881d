package io.postern.fields;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The demands of a TLS requirement, in the order in which they are compared and spelled. A demand
 * that is a flag of connectors has the name of its field; everything else about it follows from its
 * row but the proof, which is the gate's. Pure; any thread. The audit has its own list on purpose.
 */
public enum TlsDemand {
  LEVEL(
      "level",
      TlsRequirement.LEVEL_FIELD_NUMBER,
      "TLS level",
      (before, now) -> now.getLevelValue() < before.getLevelValue(),
      r ->
          Spelling.of(r.getLevel()) + (r.getTlsDomain().isEmpty() ? "" : " of " + r.getTlsDomain()),
      r -> r.getLevel() != TlsLevel.OPPORTUNISTIC),
  /** Another name counts as less, since names cannot be compared. It is spelled with the level. */
  TLS_DOMAIN(
      "tlsDomain",
      TlsRequirement.TLS_DOMAIN_FIELD_NUMBER,
      (before, now) ->
          before.getLevel() == TlsLevel.DOMAIN_VALIDATION
              && !now.getTlsDomain().equals(before.getTlsDomain()),
      r -> ""),
  /** So does another set. */
  ANCHORS(
      "anchors",
      TlsRequirement.ANCHORS_FIELD_NUMBER,
      (before, now) ->
          validatesChains(before) && !now.getAnchors().getId().equals(before.getAnchors().getId()),
      r -> r.getAnchors().getId().isEmpty() ? "" : "anchors " + r.getAnchors().getId()),
  REVOCATION(
      "revocation",
      TlsRequirement.REVOCATION_FIELD_NUMBER,
      "revocation mode",
      (before, now) ->
          validatesChains(before)
              && strictness(now.getRevocation()) < strictness(before.getRevocation()),
      r ->
          r.getRevocation() == RevocationMode.REVOCATION_OFF
              ? ""
              : Spelling.hyphens(r.getRevocation()),
      r -> false),
  MINIMUM_TLS_VERSION(
      "minimumTlsVersion",
      TlsRequirement.MINIMUM_VERSION_FIELD_NUMBER,
      "",
      (before, now) -> now.getMinimumVersionValue() < before.getMinimumVersionValue(),
      r -> Spelling.of(r.getMinimumVersion()),
      r ->
          r.getMinimumVersion() == TlsVersion.UNRECOGNIZED
              || r.getMinimumVersionValue() > TlsVersion.TLS_1_2_VALUE),
  FORWARD_SECRECY(
      "requireForwardSecrecy", TlsRequirement.FORWARD_SECRECY_FIELD_NUMBER, "forward secrecy"),
  POST_QUANTUM(
      "requirePostQuantum",
      TlsRequirement.POST_QUANTUM_FIELD_NUMBER,
      "a post-quantum key exchange"),
  DANE(
      "smtpDaneMode",
      TlsRequirement.DANE_FIELD_NUMBER,
      "DANE mode",
      (before, now) -> now.getDaneValue() < before.getDaneValue(),
      r -> Spelling.hyphens(r.getDane()),
      r -> r.getDane() == DaneMode.DANE_MANDATORY),
  MTA_STS(
      "mtaStsMode",
      TlsRequirement.MTA_STS_FIELD_NUMBER,
      "MTA-STS mode",
      (before, now) -> now.getMtaStsValue() < before.getMtaStsValue(),
      r -> Spelling.hyphens(r.getMtaSts()),
      r -> false),
  /** It asks no proof of the peer, nor does the name in SNI. */
  CLIENT_CERTIFICATE(
      "clientCertificate",
      TlsRequirement.CLIENT_CERTIFICATE_FIELD_NUMBER,
      (before, now) -> false,
      r -> r.getClientCertificate().isEmpty() ? "" : "shows " + r.getClientCertificate()),
  REQUIRETLS(
      "REQUIRETLS",
      TlsRequirement.REQUIRE_TLS_FIELD_NUMBER,
      "REQUIRETLS value",
      (before, now) -> now.getRequireTls() != before.getRequireTls(),
      r ->
          r.getRequireTls() == RequireTls.REQUIRE_TLS_UNSPECIFIED
              ? ""
              : Spelling.hyphens(r.getRequireTls()),
      r -> r.getRequireTls() == RequireTls.REQUIRE_TLS_YES),
  SNI("sni", TlsRequirement.SNI_FIELD_NUMBER, (before, now) -> false, r -> "");

  private final String respect;
  private final FieldDescriptor field;
  private final @Nullable Field connectors;
  private final String unknown;
  private final BiPredicate<TlsRequirement, TlsRequirement> looser;
  private final Function<TlsRequirement, String> words;
  private final Predicate<TlsRequirement> needsTls;

  /**
   * @param flag of connectors
   * @param unknown what a value of a newer version is, for people; empty: the gate sees to it
   * @param looser whether the second requirement demands less than the first
   * @param words all that it demands, for people; empty: nothing
   * @param needsTls whether it rules out plaintext
   */
  TlsDemand(
      String respect,
      int number,
      boolean flag,
      String unknown,
      BiPredicate<TlsRequirement, TlsRequirement> looser,
      Function<TlsRequirement, String> words,
      Predicate<TlsRequirement> needsTls) {
    this.respect = respect;
    this.field = TlsRequirement.getDescriptor().findFieldByNumber(number);
    this.connectors = flag ? DirectoryFields.OUTBOUND_CONNECTOR.get(respect) : null;
    this.unknown = unknown;
    this.looser = looser;
    this.words = words;
    this.needsTls = needsTls;
  }

  TlsDemand(
      String respect,
      int number,
      String unknown,
      BiPredicate<TlsRequirement, TlsRequirement> looser,
      Function<TlsRequirement, String> words,
      Predicate<TlsRequirement> needsTls) {
    this(respect, number, false, unknown, looser, words, needsTls);
  }

  /** One that says nothing of plaintext, and has no values of which some are unknown. */
  TlsDemand(
      String respect,
      int number,
      BiPredicate<TlsRequirement, TlsRequirement> looser,
      Function<TlsRequirement, String> words) {
    this(respect, number, false, "", looser, words, r -> false);
  }

  /** A flag. */
  TlsDemand(String respect, int number, String words) {
    this(
        respect,
        number,
        true,
        "",
        (before, now) -> flag(before, number) && !flag(now, number),
        r -> flag(r, number) ? words : "",
        r -> flag(r, number));
  }

  private static boolean flag(TlsRequirement requirement, int number) {
    return (boolean) requirement.getField(TlsRequirement.getDescriptor().findFieldByNumber(number));
  }

  public FieldDescriptor field() {
    return field;
  }

  /** The connector's field, where there is one of the same meaning. */
  public String respect() {
    return respect;
  }

  /** Whether the second requirement demands less than the first (G3). */
  public boolean isLooser(TlsRequirement before, TlsRequirement now) {
    return looser.test(before, now);
  }

  /** All that is demanded, so that two requirements that differ have different words. */
  public static String words(TlsRequirement requirement) {
    return String.join(
        ", ",
        Stream.of(values())
            .map(demand -> demand.words.apply(requirement))
            .filter(words -> !words.isEmpty())
            .toList());
  }

  /** The flags that are set, in words for people who know nothing of TLS. */
  public static Stream<String> flagWords(TlsRequirement requirement) {
    return flags(requirement).map(demand -> demand.words.apply(requirement));
  }

  /** The flags that are set, in the spelling of tokens: {@code forward-secrecy}. */
  public static Stream<String> flagTokens(TlsRequirement requirement) {
    return flags(requirement).map(demand -> demand.field.getName().replace('_', '-'));
  }

  private static Stream<TlsDemand> flags(TlsRequirement requirement) {
    return Stream.of(values())
        .filter(
            demand -> demand.connectors != null && (boolean) requirement.getField(demand.field));
  }

  /** Sets the flags as the connector has them. */
  public static void setFlags(TlsRequirement.Builder requirement, OutboundConnector connector) {
    for (TlsDemand demand : values()) {
      if (demand.connectors != null) {
        requirement.setField(demand.field, demand.connectors.get(connector));
      }
    }
  }

  /** A demand that this version does not know, for people; empty: it knows all. */
  public static Optional<String> unknown(TlsRequirement requirement) {
    if (!requirement.getUnknownFields().isEmpty()
        || !requirement.getAnchors().getUnknownFields().isEmpty()) {
      return Optional.of(
          "the requirement has a field of a newer version of Postern, which this one cannot meet:"
              + " update delivery-service");
    }
    return Stream.of(values())
        .filter(demand -> !demand.unknown.isEmpty() && demand.isUnknown(requirement))
        .findFirst()
        .map(
            demand ->
                "the requirement has a " + demand.unknown + " that this version does not know");
  }

  /** A level is always named; the other values may be left out. */
  private boolean isUnknown(TlsRequirement requirement) {
    EnumValueDescriptor value = (EnumValueDescriptor) requirement.getField(field);
    return value.getIndex() < 0 || this == LEVEL && value.getNumber() == 0;
  }

  /**
   * Whether plaintext may be used where TLS is not available. A demand on the TLS itself rules it
   * out whatever the level, and so does a value that this version does not know.
   */
  public static boolean plaintextAllowed(TlsRequirement requirement) {
    return Stream.of(values()).noneMatch(demand -> demand.needsTls.test(requirement))
        && unknown(requirement).isEmpty();
  }

  private static boolean validatesChains(TlsRequirement requirement) {
    return requirement.getLevelValue() >= TlsLevel.CERTIFICATE_VALIDATION_VALUE;
  }

  private static int strictness(RevocationMode mode) {
    return switch (mode) {
      case REVOCATION_REQUIRED -> 2;
      case REVOCATION_BEST_EFFORT -> 1;
      case REVOCATION_OFF, REVOCATION_MODE_UNSPECIFIED, UNRECOGNIZED -> 0;
    };
  }
}
