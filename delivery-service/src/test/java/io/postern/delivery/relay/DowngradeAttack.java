package io.postern.delivery.relay;

import io.postern.lab.Identity;
import io.postern.lab.Interception;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabDns;
import io.postern.lab.LabZones;
import io.postern.lab.LabZones.Signing;

/** The attacks of {@link DowngradeTest}, on the session and on the answers of the DNS. */
enum DowngradeAttack {
  LISTENING("none: the attacker listens", new Interception.Listening()),
  STARTTLS_REMOVED(
      "STARTTLS is taken out of the answer to EHLO", new Interception.StartTlsRemoved()),
  STARTTLS_DEFERRED("STARTTLS is answered 454", new Interception.StartTlsRefused(454, "4.7.0")),
  STARTTLS_REFUSED("STARTTLS is answered 502", new Interception.StartTlsRefused(502, "5.5.1")),
  HANDSHAKE_BROKEN("the handshake is aborted", new Interception.HandshakeBroken()),
  REPLIES_INJECTED(
      "plaintext replies are added after the 220 to STARTTLS",
      new Interception.RepliesInjected("250-mx.attacker.example\r\n250 SIZE 1\r\n250 Ok\r\n")),
  SELF_SIGNED(
      "certificate: self-signed, the host's name",
      LabCa.selfSigned(Issue.to("mx." + DowngradeMode.SIGNED, "mx." + DowngradeMode.UNSIGNED))),
  OTHER_AUTHORITY("certificate: the attacker's authority, the host's name", Other.OF_THE_HOST),
  OTHER_NAME("certificate: a trusted authority, the attacker's name", Other.OF_THE_ATTACKER),
  MX_FORGED(
      "MX answer: names the attacker's host, which has that certificate", Other.OF_THE_ATTACKER) {
    @Override
    void change(LabDns dns, LabZones zones, DowngradeMode mode, int port) {
      dns.remove(mode.domain())
          .mailDomain(mode.domain(), Other.HOST)
          .tlsa(Other.HOST, port, 3, 1, 1, DowngradeMode.hash(Other.OF_THE_ATTACKER));
      resign(zones, mode, mode.domain(), Signing.WRONG_KEY);
    }
  },
  TLSA_FORGED(
      "TLSA answer: names the key of the attacker's authority's certificate", Other.OF_THE_HOST) {
    @Override
    void change(LabDns dns, LabZones zones, DowngradeMode mode, int port) {
      dns.remove(mode.records(port));
      dns.tlsa(mode.host(), port, 3, 1, 1, DowngradeMode.hash(Other.OF_THE_HOST));
      resign(zones, mode, "_tcp." + mode.host(), Signing.WRONG_KEY);
    }
  },
  TLSA_DENIED(
      "TLSA answer: no records, and no proof of that; the same certificate", Other.OF_THE_HOST) {
    @Override
    void change(LabDns dns, LabZones zones, DowngradeMode mode, int port) {
      dns.remove(mode.records(port));
      resign(zones, mode, "_tcp." + mode.host(), Signing.LEFT_OUT);
    }
  },
  TLSA_UNSIGNED(
      "TLSA answer: right, without its signatures; the same certificate", Other.OF_THE_HOST) {
    @Override
    void change(LabDns dns, LabZones zones, DowngradeMode mode, int port) {
      resign(zones, mode, "_tcp." + mode.host(), Signing.LEFT_OUT);
    }
  },
  TLSA_FAILS("TLSA answer: SERVFAIL; the same certificate", Other.OF_THE_HOST) {
    @Override
    void change(LabDns dns, LabZones zones, DowngradeMode mode, int port) {
      dns.servfail(mode.records(port));
    }
  },
  POLICY_RECORD_FAILS(
      "the record of the policy, which was fetched before: SERVFAIL; STARTTLS is taken out",
      new Interception.StartTlsRemoved()) {
    @Override
    void change(LabDns dns, LabZones zones, DowngradeMode mode, int port) {
      dns.servfail(mode.policyRecord());
    }
  },
  POLICY_HOST_BLOCKED(
      "the policy host is blocked before the policy was ever fetched; STARTTLS is taken out",
      new Interception.StartTlsRemoved()) {
    @Override
    boolean policyKnown() {
      return false;
    }
  };

  private static final class Other {
    static final String HOST = "mx.attacker.example";
    static final Identity OF_THE_HOST =
        LabCa.create("Attacker")
            .issue(
                Issue.to(
                    "mx." + DowngradeMode.SIGNED,
                    "mx." + DowngradeMode.UNSIGNED,
                    DowngradeMode.SIGNED,
                    DowngradeMode.UNSIGNED));
    static final Identity OF_THE_ATTACKER = DowngradeMode.TRUSTED.issue(Issue.to(HOST));
  }

  private final String title;
  private final Interception interception;

  DowngradeAttack(String title, Interception interception) {
    this.title = title;
    this.interception = interception;
  }

  DowngradeAttack(String title, Identity swapped) {
    this(title, new Interception.CertificateSwapped(swapped));
  }

  String title() {
    return title;
  }

  Interception interception() {
    return interception;
  }

  /** The attacker shows a certificate of an authority that is trusted. */
  boolean trusted() {
    return interception instanceof Interception.CertificateSwapped(Identity identity)
        && identity.equals(Other.OF_THE_ATTACKER);
  }

  /** The policy was fetched before the attack. */
  boolean policyKnown() {
    return true;
  }

  /** The answers of the DNS, changed. */
  void change(LabDns dns, LabZones zones, DowngradeMode mode, int port) {}

  // Without a signed zone nothing is there to spoil.
  private static void resign(LabZones zones, DowngradeMode mode, String zone, Signing signing) {
    if (mode.signed()) {
      zones.signing(zone, signing);
    }
  }
}
