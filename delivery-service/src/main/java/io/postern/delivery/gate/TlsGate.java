package io.postern.delivery.gate;

import io.postern.contracts.KeyExchangeGroups;
import io.postern.contracts.Reasons;
import io.postern.contracts.Spelling;
import io.postern.contracts.TlsToken;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.dns.dane.DaneMatch;
import io.postern.fields.TlsDemand;
import io.postern.names.CertificateNames;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ruling whether a connection meets a requirement (G3; docs/design/connectors.md, "TLS
 * levels"), before any envelope is sent over it, and again each time it is reused. Pure; any
 * thread.
 *
 * <p>A field or value that this version does not know is refused, never dropped or read as a weaker
 * one. A demand that cannot be evaluated is refused, never skipped: unknown is not good (G4).
 */
public final class TlsGate {
  /** The answer. */
  public sealed interface Ruling {
    /**
     * @param achieved as it stands after ":" in the token
     */
    record Pass(String achieved) implements Ruling {}

    /**
     * @param reason as it stands after "/" in the token
     * @param detail a sentence for the administrator
     */
    record Refusal(String reason, String detail) implements Ruling {}
  }

  /** The connection, as far as the gate looks at it. */
  public sealed interface Channel {
    /**
     * @param names all DNS names of the host's leaf; those in the facts are a few, for people
     * @param dnsIds those that are no common name
     */
    record Tls(TlsFacts facts, List<String> names, List<String> dnsIds) implements Channel {
      public Tls {
        names = List.copyOf(names);
        dnsIds = List.copyOf(dnsIds);
      }
    }

    record Plaintext(PlaintextReason why) implements Channel {}
  }

  /** The reason for plaintext. */
  public enum PlaintextReason {
    NOT_OFFERED(Reasons.NOT_OFFERED, "the host offers no STARTTLS"),
    STARTTLS_REFUSED(Reasons.STARTTLS_REFUSED, "the host offers STARTTLS and refused the command"),
    HANDSHAKE_FAILED(Reasons.HANDSHAKE_FAILED, "the TLS handshake failed");

    private final String reason;
    private final String detail;

    PlaintextReason(String reason, String detail) {
      this.reason = reason;
      this.detail = detail;
    }

    public String reason() {
      return reason;
    }

    public String detail() {
      return detail;
    }
  }

  /**
   * The proofs of who the host is, as far as they were asked for.
   *
   * @param verdict on the chain with the requirement's anchors; null: none was had
   * @param dane whether the chain is the one that the host's usable TLSA records name; null: it has
   *     none
   * @param mtaSts whether the host is the one that the policy of its domain asks for; null: no
   *     policy applies
   */
  public record Proofs(
      @Nullable CertificateVerdict verdict,
      DaneMatch.@Nullable Result dane,
      @Nullable StsMatch mtaSts) {
    public static final Proofs NONE = new Proofs(null, null, null);
  }

  private TlsGate() {}

  /** A demand that no connection can meet in this version; known before anyone dials. */
  public static Ruling.@Nullable Refusal unsupported(TlsRequirement requirement) {
    return TlsDemand.unknown(requirement)
        .map(demand -> new Ruling.Refusal(Reasons.UNDECIDABLE, demand))
        .orElse(null);
  }

  /**
   * Whether plaintext may be used where TLS is not available, see {@link
   * TlsDemand#plaintextAllowed}.
   */
  public static boolean plaintextAllowed(TlsRequirement requirement, HostDemand demand) {
    return !demand.tls() && TlsDemand.plaintextAllowed(requirement);
  }

  /** Whether {@link #decide} needs the verdict on the chain; otherwise nobody is asked. */
  public static boolean needsVerdict(TlsRequirement requirement) {
    return switch (requirement.getLevel()) {
      case CERTIFICATE_VALIDATION, DOMAIN_VALIDATION -> true;
      // RFC 8689 §4.2.1: the server's certificate must verify.
      default -> requirement.getRequireTls() == RequireTls.REQUIRE_TLS_YES;
    };
  }

  /**
   * Decides.
   *
   * @param demand of the host
   * @param host the name that was dialled, for REQUIRETLS (RFC 8689 §4.2.1); see {@link
   *     HostDemand#name}
   * @param requireTlsOffered the host announced REQUIRETLS after the handshake
   */
  public static Ruling decide(
      TlsRequirement requirement,
      HostDemand demand,
      Channel channel,
      String host,
      boolean requireTlsOffered,
      Proofs proofs) {
    Ruling.Refusal unsupported = unsupported(requirement);
    if (unsupported != null) {
      return unsupported;
    }
    return switch (channel) {
      case Channel.Plaintext plain -> plain(requirement, demand, plain.why());
      case Channel.Tls tls -> {
        Ruling.Refusal refusal = dane(requirement, demand, proofs.dane());
        if (refusal == null) {
          refusal = mtaSts(demand, proofs.mtaSts());
        }
        yield refusal != null
            ? refusal
            : encrypted(requirement, demand, tls, host, requireTlsOffered, proofs);
      }
    };
  }

  private static Ruling.@Nullable Refusal dane(
      TlsRequirement requirement, HostDemand demand, DaneMatch.@Nullable Result result) {
    if (requirement.getDane() == DaneMode.DANE_MANDATORY && !demand.authenticates()) {
      return new Ruling.Refusal(
          Reasons.DANE_UNAVAILABLE,
          "the connector requires DANE, and no TLSA record was looked up");
    }
    if (result == null) {
      // Without a usable record TLS alone is demanded (RFC 7672 §2.2).
      return demand.authenticates()
          ? new Ruling.Refusal(Reasons.DANE_TLSA_INVALID, "the host presents no certificate")
          : null;
    }
    DaneMatch.Fault fault = result.fault();
    if (fault == null) {
      return null;
    }
    return new Ruling.Refusal(
        switch (fault) {
          case MISMATCH -> Reasons.DANE_TLSA_INVALID;
          case NAME -> Reasons.DANE_HOST_MISMATCH;
          case EXPIRED -> Reasons.DANE_CERTIFICATE_EXPIRED;
        },
        result.detail());
  }

  private static Ruling.@Nullable Refusal mtaSts(HostDemand demand, @Nullable StsMatch match) {
    if (!demand.enforces() || match != null && match.good()) {
      return null;
    }
    return match == null
        ? new Ruling.Refusal(
            Reasons.MTA_STS_CERTIFICATE_INVALID, "the host was not compared with its policy")
        : new Ruling.Refusal(match.reason(), match.detail());
  }

  private static Ruling plain(TlsRequirement requirement, HostDemand demand, PlaintextReason why) {
    if (demand.tls()) {
      return new Ruling.Refusal(
          demand.plaintextReason(why),
          why.detail()
              + (demand.dane() != null
                  ? "; its domain has published TLSA records (DANE)"
                  : "; its domain has published a policy that requires TLS (MTA-STS)"));
    }
    if (!TlsDemand.plaintextAllowed(requirement)) {
      return new Ruling.Refusal(why.reason(), why.detail());
    }
    return new Ruling.Pass(
        switch (why) {
          case NOT_OFFERED -> TlsToken.Achieved.NONE_NOT_OFFERED;
          case STARTTLS_REFUSED, HANDSHAKE_FAILED -> TlsToken.Achieved.NONE_HANDSHAKE_FAILED;
        });
  }

  private static Ruling encrypted(
      TlsRequirement requirement,
      HostDemand demand,
      Channel.Tls tls,
      String host,
      boolean requireTlsOffered,
      Proofs proofs) {
    TlsFacts facts = tls.facts();
    if (facts.getVersion() == TlsVersion.UNRECOGNIZED
        || facts.getVersion().getNumber() < minimum(requirement)) {
      return new Ruling.Refusal(
          Reasons.VERSION_TOO_LOW, "the host negotiated " + Spelling.of(facts.getVersion()));
    }
    if (requirement.getForwardSecrecy() && !facts.getForwardSecrecy()) {
      return new Ruling.Refusal(
          Reasons.NO_FORWARD_SECRECY,
          "the host chose " + facts.getCipherSuite() + ", a key exchange without forward secrecy");
    }
    if (requirement.getPostQuantum() && !postQuantum(facts)) {
      return new Ruling.Refusal(
          Reasons.NO_POST_QUANTUM,
          "the host negotiated "
              + Spelling.of(facts.getVersion())
              + (facts.getGroup().isEmpty() ? "" : " with the group " + facts.getGroup())
              + "; the connector requires the hybrid group "
              + KeyExchangeGroups.HYBRID);
    }
    if (needsVerdict(requirement)) {
      Ruling.Refusal chain = chain(facts, proofs.verdict());
      if (chain != null) {
        return chain;
      }
    }
    if (requirement.getLevel() == TlsLevel.DOMAIN_VALIDATION) {
      Ruling.Refusal name = name(requirement.getTlsDomain(), tls.names());
      if (name != null) {
        return name;
      }
    }
    if (requirement.getRequireTls() == RequireTls.REQUIRE_TLS_YES) {
      Ruling.Refusal name = name(demand.name(host), tls.names());
      if (name != null && !demand.isNamed(host, tls.names())) {
        return name;
      }
      if (!requireTlsOffered) {
        return new Ruling.Refusal(
            Reasons.REQUIRETLS_NOT_OFFERED,
            "the sender requires REQUIRETLS, the host does not " + "support it");
      }
    }
    TlsLevel proven =
        requirement.getLevel() == TlsLevel.OPPORTUNISTIC
            ? TlsLevel.ENCRYPTION_ONLY
            : requirement.getLevel();
    String achieved = TlsToken.Achieved.level(proven);
    if (proofs.dane() != null) {
      achieved = TlsToken.Achieved.withDane(achieved);
    } else if (proofs.mtaSts() != null && proofs.mtaSts().good()) {
      achieved = TlsToken.Achieved.withMtaSts(achieved);
    }
    return new Ruling.Pass(
        requirement.getPostQuantum() ? TlsToken.Achieved.withPostQuantum(achieved) : achieved);
  }

  /** Of a resumed session too: in TLS 1.3 it has a key exchange of its own (RFC 8446 §2.2). */
  private static boolean postQuantum(TlsFacts facts) {
    return facts.getVersion() == TlsVersion.TLS_1_3
        && KeyExchangeGroups.postQuantum(facts.getGroup());
  }

  private static Ruling.@Nullable Refusal chain(
      TlsFacts facts, @Nullable CertificateVerdict verdict) {
    if (facts.getPeerChainFingerprint().isEmpty()) {
      return new Ruling.Refusal(Reasons.NO_CERTIFICATE, "the host presented no certificate");
    }
    if (verdict == null) {
      return new Ruling.Refusal(
          Reasons.VERDICT_UNAVAILABLE, "no verdict on the host's certificate is available");
    }
    if (verdict.getResult() == VerdictResult.GOOD) {
      return null;
    }
    String reason = Spelling.of(verdict.getReason());
    if (reason.isEmpty() || verdict.getReason() == VerdictReason.UNAVAILABLE) {
      reason = Reasons.VERDICT_UNAVAILABLE;
    }
    String detail = verdict.getDetail();
    return new Ruling.Refusal(
        reason, detail.isEmpty() ? "the host's certificate: " + Spelling.verdict(verdict) : detail);
  }

  private static Ruling.@Nullable Refusal name(String wanted, List<String> names) {
    if (!wanted.isEmpty() && CertificateNames.fits(wanted, names)) {
      return null;
    }
    return new Ruling.Refusal(
        Reasons.NAME_MISMATCH,
        wanted.isEmpty()
            ? "domain validation without a domain to compare: set tlsDomain"
            : "the certificate is for " + shown(names) + ", not for " + wanted);
  }

  private static String shown(List<String> names) {
    return names.isEmpty()
        ? "no name"
        : String.join(", ", names.subList(0, Math.min(5, names.size())));
  }

  // S3: never below TLS 1.2. A number of a newer writer demands more than this version can give.
  private static int minimum(TlsRequirement requirement) {
    TlsVersion minimum = requirement.getMinimumVersion();
    return minimum == TlsVersion.UNRECOGNIZED
        ? Integer.MAX_VALUE
        : Math.max(minimum.getNumber(), TlsVersion.TLS_1_2_VALUE);
  }
}
