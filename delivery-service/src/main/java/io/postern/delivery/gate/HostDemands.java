package io.postern.delivery.gate;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.mtasts.StsLookup;
import io.postern.delivery.mtasts.StsLookup.Found;
import io.postern.delivery.nexthop.MailHost;
import io.postern.delivery.nexthop.MailHost.Choice;
import io.postern.dns.DnsFailureException;
import io.postern.dns.dane.DaneLookup;
import io.postern.dns.dane.TlsaSet;
import io.postern.dns.mtasts.StsPolicy;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The look-up of {@link HostDemand}s. Blocks for the DNS, bounded as {@link DaneLookup} is, and for
 * a policy, bounded as {@link StsLookup} is. Any thread.
 */
public final class HostDemands {
  /** The answer. */
  public sealed interface Answer {
    record Demand(HostDemand demand) implements Answer {}

    /**
     * The host must not be used now.
     *
     * @param reason as it stands after "/" in the token
     * @param detail a sentence for the administrator
     * @param demand that it does not meet, as far as it is known
     */
    record Unusable(String reason, String detail, HostDemand demand) implements Answer {
      Unusable(String reason, String detail) {
        this(reason, detail, HostDemand.NONE);
      }
    }
  }

  private static final Answer NONE = new Answer.Demand(HostDemand.NONE);
  private static final int SHOWN_HOSTS = 20;

  private final Supplier<@Nullable DaneLookup> lookup;
  private final StsLookup mtaSts;

  /**
   * @param dane gives null while no answer of the DNS is proven, and DANE applies to nobody
   */
  public HostDemands(Supplier<@Nullable DaneLookup> dane, StsLookup mtaSts) {
    this.lookup = dane;
    this.mtaSts = mtaSts;
  }

  /** The demand of a host that may be dialled now. */
  public Answer of(TlsRequirement requirement, MailHost host) {
    Answer answer = of(host, published(requirement, host));
    // RFC 8689 §4.2.1: else whoever forges the MX record names a host of his own. Of a smart host
    // the certificate must have the configured name.
    return requirement.getRequireTls() == RequireTls.REQUIRE_TLS_YES
            && host.chosenBy() == Choice.RECIPIENTS_DOMAIN
            && !host.proven()
            && answer instanceof Answer.Demand(HostDemand demand)
            && !demand.enforces()
        ? new Answer.Unusable(
            Reasons.REQUIRETLS_MX_UNPROVEN,
            "the sender requires REQUIRETLS, and neither DNSSEC nor an MTA-STS policy proves that %s is a mail host of %s"
                .formatted(host.name(), host.domain()))
        : answer;
  }

  private static Answer of(MailHost host, Answer answer) {
    return answer instanceof Answer.Demand(HostDemand demand)
            && host.chosenBy() == Choice.SMART_HOST_MX
        ? new Answer.Demand(
            new HostDemand(
                demand.dane(),
                demand.mtaSts(),
                new HostDemand.SmartHost(host.domain(), host.proven()),
                demand.unprovenDns()))
        : answer;
  }

  private Answer published(TlsRequirement requirement, MailHost host) {
    boolean literal = host.address() != null;
    Answer answer = dane(requirement, host, host.proven() && !literal);
    // RFC 8461 §2: a policy must not mend what DANE refuses, and adds nothing to its proof.
    return literal
            || !(answer instanceof Answer.Demand(HostDemand demand))
            || demand.authenticates()
            || setAside(requirement)
            || requirement.getMtaSts() != MtaStsMode.MTA_STS_OPPORTUNISTIC
        ? answer
        : mtaSts(demand, host.name(), host.domain().isEmpty() ? host.name() : host.domain());
  }

  /**
   * RFC 8689 §4.2.2: the sender asks to set aside what the recipient's domain publishes. An
   * administrator's demand stands.
   */
  private static boolean setAside(TlsRequirement requirement) {
    return requirement.getRequireTls() == RequireTls.TLS_REQUIRED_NO;
  }

  private Answer dane(TlsRequirement requirement, MailHost host, boolean proven) {
    boolean mandatory = requirement.getDane() == DaneMode.DANE_MANDATORY;
    boolean asked =
        mandatory || requirement.getDane() == DaneMode.DANE_OPPORTUNISTIC && !setAside(requirement);
    if (!asked) {
      return NONE;
    }
    DaneLookup dane = lookup.get();
    if (dane == null) {
      return mandatory
          ? new Answer.Unusable(
              Reasons.DANE_UNAVAILABLE,
              "the connector requires DANE, and DNS responses are not validated here: "
                  + "`postern status` says why (postern.dns.dnssec)")
          : NONE;
    }
    TlsaSet set = null;
    if (proven) {
      try {
        set = dane.of(host.name(), host.port(), host.domain().isEmpty() ? null : host.domain());
      } catch (DnsFailureException e) {
        if (!mandatory && host.isNamed() && dane.isSetAside(host.name(), e)) {
          return new Answer.Demand(new HostDemand(null, null, null, e.detail()));
        }
        // RFC 7672 §2.1.3: whoever drops the answer must not take DANE away.
        return new Answer.Unusable(
            e.bogus() ? Reasons.DNSSEC_INVALID : Reasons.DANE_DNS_FAILURE, e.detail());
      }
    }
    if (set == null || mandatory && set.usable().isEmpty()) {
      return mandatory
          ? new Answer.Unusable(Reasons.DANE_NOT_PUBLISHED, without(host.name(), set))
          : NONE;
    }
    return new Answer.Demand(new HostDemand(set, null));
  }

  private static String without(String host, @Nullable TlsaSet set) {
    return "the connector requires DANE, and the host "
        + host
        + (set == null ? " has no TLSA record secured by DNSSEC" : " has no usable TLSA record");
  }

  /**
   * @param domain the policy domain: the recipients', or the name of the smart host (RFC 8461 §3.4)
   */
  private Answer mtaSts(HostDemand published, String host, String domain) {
    return switch (mtaSts.of(domain)) {
      case Found.Nothing() -> new Answer.Demand(published);
      case Found.Failure(String id, String resultType) ->
          new Answer.Demand(
              published.with(
                  new StsDemand(domain, id, StsPolicy.Mode.NONE, List.of(), false, resultType)));
      case Found.Policy(String id, StsPolicy policy) -> {
        StsDemand demand =
            new StsDemand(
                domain,
                id,
                policy.mode(),
                policy.hosts().stream().limit(SHOWN_HOSTS).toList(),
                policy.names(host),
                "");
        yield demand.named() || policy.mode() != StsPolicy.Mode.ENFORCE
            ? new Answer.Demand(published.with(demand))
            : new Answer.Unusable(
                Reasons.MTA_STS_MX_MISMATCH,
                StsMatch.notNamed(demand, host).detail(),
                published.with(demand));
      }
    };
  }
}
